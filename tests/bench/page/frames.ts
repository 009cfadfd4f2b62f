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

/** A broadcast as text, `size` bytes long in all, with its fields in the server's order. */
export function broadcastFrame(version: Version, topic: string, size: number, n: number): string {
  return sized(n, size, (payload) => {
    const broadcast = { event: 'enquiry', payload, type: 'broadcast' };
    return version === 2
      ? JSON.stringify([null, null, topic, 'broadcast', broadcast])
      : JSON.stringify({ ref: null, event: 'broadcast', topic, payload: broadcast });
  });
}

/** A broadcast as a binary frame of kind 4 with JSON inside, as a current server sends it. */
export function binaryFrame(topic: string, size: number, n: number): ArrayBuffer {
  const event = encoder.encode('enquiry');
  const name = encoder.encode(topic);
  const header = 5 + name.length + event.length;
  const payload = encoder.encode(sized(n, size - header, (enquiry) => JSON.stringify(enquiry)));
  const frame = new Uint8Array(header + payload.length);
  frame.set([4, name.length, event.length, 0, 1]);
  frame.set(name, 5);
  frame.set(event, 5 + name.length);
  frame.set(payload, header);
  return frame.buffer;
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
