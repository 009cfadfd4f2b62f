/** What a supplier's enquiry looks like on the wire: many small values, filled up to a size. */
export interface Enquiry {
  n: number;
  key: string;
  guests: number;
  status: string;
  confirmed: boolean;
  rows: Row[];
  note: string;
}

interface Row {
  id: string;
  name: string;
  guests: number;
  status: string;
  wedding_date: string;
  confirmed: boolean;
}

export type Version = 1 | 2;

const encoder = new TextEncoder();
const statuses = ['enquiry', 'viewing', 'proposal', 'booked'];

/** An enquiry whose frame has just the size asked for: as many rows as fit, the rest a note. */
function sized(n: number, size: number, frame: (enquiry: Enquiry) => string): string {
  const rows: Row[] = [];
  const { guests, status, confirmed } = row(n, 0);
  const enquiry = { n, key: `client-${n % 1_000}`, guests, status, confirmed, rows, note: '' };
  while (frame(enquiry).length + 160 < size) rows.push(row(n, rows.length));
  return filled(size, (note) => frame({ ...enquiry, note }));
}

function filled(size: number, frame: (note: string) => string): string {
  return frame('x'.repeat(Math.max(0, size - frame('').length)));
}

function row(n: number, place: number): Row {
  return {
    id: `51000000-0000-4000-8000-${String(n * 100 + place).padStart(12, '0')}`,
    name: `Amelia and Ben ${n}`,
    guests: 60 + ((n + place) % 90),
    status: statuses[(n + place) % statuses.length] ?? '',
    wedding_date: '2027-06-12',
    confirmed: place % 2 === 0,
  };
}

/** What else a broadcast's frame has. */
export interface Broadcast {
  event?: string;
  /** What the database's own have, and only those. */
  id?: string;
}

/** A broadcast as text, `size` bytes long in all, with its fields in the server's order. */
export function broadcastFrame(
  version: Version,
  topic: string,
  size: number,
  n: number,
  { event = 'enquiry', id }: Broadcast = {},
): string {
  return sized(n, size, (payload) => {
    const broadcast = { event, ...(id === undefined ? {} : { meta: { id } }), payload, type: 'broadcast' };
    return version === 2
      ? JSON.stringify([null, null, topic, 'broadcast', broadcast])
      : JSON.stringify({ ref: null, event: 'broadcast', topic, payload: broadcast });
  });
}

/** A broadcast as a binary frame of kind 4 with JSON inside, as a current server sends it. */
export function binaryFrame(
  topic: string,
  size: number,
  n: number,
  { event = 'enquiry', id }: Broadcast = {},
): ArrayBuffer {
  const fields = [topic, event, id === undefined ? '' : JSON.stringify({ id })].map((field) =>
    encoder.encode(field),
  );
  const header = [4, ...fields.map(({ length }) => length), 1];
  const used = header.length + fields.reduce((sum, { length }) => sum + length, 0);
  const payload = encoder.encode(sized(n, size - used, (enquiry) => JSON.stringify(enquiry)));
  return Uint8Array.of(...header, ...fields.flatMap((field) => [...field]), ...payload).buffer;
}

/** The name of a broadcast: so many take turns, long and short ones. */
export function eventName(n: number, names: number): string {
  const place = n % names;
  return `${['seat', 'guest-list', 'supplier.quote:accepted', 'timeline/item/moved'][place % 4]}-${place}`;
}

export function messageId(n: number): string {
  return `57000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

const types = ['text', 'int8', 'numeric', 'bool', 'timestamptz', 'jsonb', '_text', 'int4'];

function value(type: string, n: number): unknown {
  switch (type) {
    case 'int8':
      return 1_000_000_000 + n;
    case 'numeric':
      return n + 0.25;
    case 'bool':
      return n % 2 === 0;
    case 'jsonb':
      return { table: n % 12, seats: [n % 7, { vegan: n % 3 === 0 }] };
    case '_text':
      return ['ceremony', `part ${n % 5}`];
    case 'int4':
      return n % 90;
    default:
      return `2027-06-12T1${n % 10}:00:00+00:00`;
  }
}

/** A change of one of many tables, each with columns of its own: 1 to 15 beside those of an enquiry, in some order. */
export function tableChangeFrame(topic: string, id: number, table: number, n: number): string {
  const own = Array.from({ length: 1 + ((table * 7) % 15) }, (_, place) => ({
    name: `${['guest', 'price', 'is_final', 'due'][(table + place) % 4]}_${table}_${place}`,
    type: types[(table * 3 + place) % types.length] ?? 'text',
  }));
  const shared = [
    { name: 'id', type: 'uuid' },
    { name: 'note', type: 'text' },
  ];
  const columns = table % 2 === 0 ? [...shared, ...own] : [...own, ...shared];
  const { id: key } = row(n, 0);
  const values: Record<string, unknown> = { id: key, note: 'x'.repeat(n % 120) };
  // PostgreSQL's order: the short names first.
  const names = columns.toSorted((one, other) => one.name.length - other.name.length);
  const record = Object.fromEntries(names.map(({ name, type }) => [name, values[name] ?? value(type, n)]));
  const rest = {
    errors: null,
    schema: 'public',
    commit_timestamp: '2026-11-26T08:00:00.000Z',
  };
  const data = `{"table":"${tableName(table)}","type":"INSERT","record":${spaced(record)},"columns":${spaced(columns)},${JSON.stringify(rest).slice(1)}`;
  return `[null,null,${JSON.stringify(topic)},"postgres_changes",{"data":${data},"ids":[${id}]}]`;
}

/** JSON as PostgreSQL writes it. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1)
    .replace(/\n\s*(?=[\]}])/g, '')
    .replace(/([[{])\n\s*/g, '$1')
    .replace(/\n\s*/g, ' ');
}

export function tableName(table: number): string {
  return `table_${table}`;
}

/** A change of the database, `size` bytes long on a topic of 16 bytes: whatever the topic, the row is the same. */
export function changeFrame(topic: string, id: number, size: number, n: number): string {
  const extra = topic.length - 16 + String(id).length - 4;
  return filled(size + extra, (note) => {
    const names = ['id', 'name', 'status', 'wedding_date', 'note'];
    const data = {
      type: 'INSERT',
      table: 'clients',
      schema: 'public',
      columns: [
        ...names.map((name) => ({ name, type: name === 'id' ? 'uuid' : 'text' })),
        { name: 'guests', type: 'int4' },
        { name: 'confirmed', type: 'bool' },
      ],
      record: { ...row(n, 0), note },
      errors: null,
      commit_timestamp: '2026-11-26T08:00:00.000Z',
    };
    return JSON.stringify([null, null, topic, 'postgres_changes', { data, ids: [id] }]);
  });
}
