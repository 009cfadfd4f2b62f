/** The tables this app reads and writes, as `www/supabase/migrations` defines them. */
export type Database = {
  public: {
    Tables: {
      suppliers: Table<Supplier & { created_at: string }>;
      supplier_members: Table<Member>;
      clients: Table<Client, NewClient>;
      activity: Table<Activity>;
    };
    Views: Record<string, never>;
    Functions: Record<string, never>;
    Enums: Record<string, never>;
    CompositeTypes: Record<string, never>;
  };
};

type Table<Row, Insert = Row> = { Row: Row; Insert: Insert; Update: Partial<Row>; Relationships: [] };

export type Supplier = { id: string; name: string; kind: string };

export type Member = {
  supplier_id: string;
  user_id: string;
  display_name: string;
  role: 'owner' | 'member';
};

export type ClientStatus = 'enquiry' | 'booked' | 'completed' | 'lost';

export type Client = {
  id: string;
  supplier_id: string;
  name: string;
  partner_name: string | null;
  email: string | null;
  phone: string | null;
  /** A calendar day, `YYYY-MM-DD`. */
  wedding_date: string | null;
  venue: string | null;
  guest_count: number | null;
  budget_pence: number | null;
  status: ClientStatus;
  notes: string | null;
  created_by: string;
  created_at: string;
  updated_at: string;
};

/** What the browser sends; the database fills in who and when. */
export type NewClient = Omit<Client, 'created_by' | 'created_at' | 'updated_at'>;

/** What the overview needs of an enquiry or a booking. */
export type PipelineClient = Pick<
  Client,
  | 'id'
  | 'name'
  | 'partner_name'
  | 'wedding_date'
  | 'venue'
  | 'guest_count'
  | 'budget_pence'
  | 'status'
  | 'created_at'
>;

export type ActivityKind =
  | 'client_added'
  | 'client_updated'
  | 'client_removed'
  | 'payment_received'
  | 'note_added';

export type Activity = {
  id: number;
  supplier_id: string;
  client_id: string | null;
  actor_id: string | null;
  actor_name: string | null;
  kind: ActivityKind;
  summary: string;
  created_at: string;
};
