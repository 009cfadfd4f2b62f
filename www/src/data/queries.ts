import type { PostgrestError } from '@supabase/supabase-js';
import { feedLimit } from '@/lib/activity';
import { dataSentence } from '@/lib/sentences';
import type { Backend } from './supabase';
import type { Activity, ClientStatus, Member, NewClient, PipelineClient, Supplier } from './types';

/** A failed read or write; its message is a sentence for the person at the screen. */
export class DataError extends Error {
  override readonly name = 'DataError';

  constructor(cause: PostgrestError) {
    super(dataSentence(cause), { cause });
  }
}

/** Who the signed-in user works for. */
export interface Workplace {
  supplier: Supplier;
  member: Member;
}

/** The user's supplier, the first by name where there are several; `null` where there is none yet. */
export async function readWorkplace(backend: Backend, userId: string): Promise<Workplace | null> {
  const [suppliers, members] = await Promise.all([
    backend.from('suppliers').select('id,name,kind').order('name'),
    backend.from('supplier_members').select('supplier_id,user_id,display_name,role').eq('user_id', userId),
  ]);
  if (suppliers.error) throw new DataError(suppliers.error);
  if (members.error) throw new DataError(members.error);
  for (const supplier of suppliers.data) {
    const member = members.data.find((candidate) => candidate.supplier_id === supplier.id);
    if (member) return { supplier, member };
  }
  return null;
}

const pipelineColumns = 'id,name,partner_name,wedding_date,venue,guest_count,budget_pence,status,created_at';
const activityColumns = 'id,supplier_id,client_id,actor_id,actor_name,kind,summary,created_at';
const inPipeline: ClientStatus[] = ['enquiry', 'booked'];
const withVenue: ClientStatus[] = ['booked', 'completed'];

/** As many rows as a Supabase project answers at once by default. */
const pageSize = 1000;

/** All enquiries and bookings of a supplier, by pages: a sum over the first page alone would be wrong. */
export async function readPipeline(backend: Backend, supplierId: string): Promise<PipelineClient[]> {
  const rows: PipelineClient[] = [];
  for (;;) {
    const { data, error } = await backend
      .from('clients')
      .select(pipelineColumns)
      .eq('supplier_id', supplierId)
      .in('status', inPipeline)
      .order('id')
      .range(rows.length, rows.length + pageSize - 1);
    if (error) throw new DataError(error);
    rows.push(...data);
    if (data.length < pageSize) return rows;
  }
}

/** As many of the newest weddings as say where a supplier's usually are. */
const recentWeddings = 200;

/** Where the supplier's newest weddings are or were, booked and done. */
export async function readVenues(backend: Backend, supplierId: string): Promise<(string | null)[]> {
  const { data, error } = await backend
    .from('clients')
    .select('venue')
    .eq('supplier_id', supplierId)
    .in('status', withVenue)
    .order('created_at', { ascending: false })
    .limit(recentWeddings);
  if (error) throw new DataError(error);
  return data.map(({ venue }) => venue);
}

/** The newest entries of the feed. */
export async function readActivity(backend: Backend, supplierId: string): Promise<Activity[]> {
  const { data, error } = await backend
    .from('activity')
    .select(activityColumns)
    .eq('supplier_id', supplierId)
    .order('id', { ascending: false })
    .limit(feedLimit);
  if (error) throw new DataError(error);
  return data;
}

/** What the screens show of a supplier. */
export interface Screens {
  workplace: Workplace;
  /** `null` if there are more than one request brings. */
  pipeline: PipelineClient[] | null;
  activity: Activity[];
  venues: (string | null)[];
}

/** Who the user works for, as {@link readWorkplace}, with all that the screens show of it: one request. */
export async function readScreens(backend: Backend, userId: string): Promise<Screens | null> {
  const { data, error } = await backend
    .from('suppliers')
    .select(
      'id,name,kind,members:supplier_members!inner(supplier_id,user_id,display_name,role),' +
        `pipeline:clients(${pipelineColumns}),venues:clients(venue),activity(${activityColumns})`,
    )
    .eq('members.user_id', userId)
    .in('pipeline.status', inPipeline)
    .order('id', { referencedTable: 'pipeline' })
    .limit(pageSize, { referencedTable: 'pipeline' })
    .in('venues.status', withVenue)
    .order('created_at', { referencedTable: 'venues', ascending: false })
    .limit(recentWeddings, { referencedTable: 'venues' })
    .order('id', { referencedTable: 'activity', ascending: false })
    .limit(feedLimit, { referencedTable: 'activity' })
    .order('name')
    .limit(1)
    .overrideTypes<ReadScreens[], { merge: false }>();
  if (error) throw new DataError(error);
  const [read] = data;
  const [member] = read?.members ?? [];
  if (!read || !member) return null;
  const { id, name, kind, pipeline, activity, venues } = read;
  return {
    workplace: { supplier: { id, name, kind }, member },
    pipeline: pipeline.length < pageSize ? pipeline : null,
    activity,
    venues: venues.map(({ venue }) => venue),
  };
}

/** As the database answers it. */
interface ReadScreens extends Supplier {
  members: Member[];
  pipeline: PipelineClient[];
  activity: Activity[];
  venues: { venue: string | null }[];
}

/** PostgreSQL's unique_violation. */
const alreadyThere = '23505';

/**
 * Saves a client under an id the caller chose. Saving the same one again is no error: the answer to the first
 * attempt may have been lost on the way, and the client must not be there twice.
 */
export async function saveClient(backend: Backend, client: NewClient): Promise<void> {
  const { error } = await backend.from('clients').insert(client);
  if (error && error.code !== alreadyThere) throw new DataError(error);
}
