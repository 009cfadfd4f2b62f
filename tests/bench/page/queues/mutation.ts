/** A write that a supplier makes while the venue's Wi-Fi is away: one row, all fields filled in. */
export interface Mutation {
  table: string;
  id: string;
  supplier_id: string;
  name: string;
  email: string;
  guests: number;
  status: string;
  wedding_date: string;
  confirmed: boolean;
  note: string;
}

/** A supplier's writes are spread over what the dashboard shows: no queue is asked to hold all of them in one place. */
export const tables = [
  'clients',
  'enquiries',
  'bookings',
  'payments',
  'tasks',
  'messages',
  'menus',
  'seats',
  'documents',
  'reviews',
];

const statuses = ['enquiry', 'viewing', 'proposal', 'booked'];

/** In bytes, as JSON. */
const size = 1_024;

/** The nth mutation: always the same. */
function mutation(n: number): Mutation {
  const bare: Mutation = {
    table: tables[n % tables.length] ?? '',
    id: `52000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    supplier_id: '53000000-0000-4000-8000-000000000001',
    name: `Amelia and Ben ${n}`,
    email: `couple-${n}@example.com`,
    guests: 60 + (n % 90),
    status: statuses[n % statuses.length] ?? '',
    wedding_date: '2027-06-12',
    confirmed: n % 2 === 0,
    note: '',
  };
  return { ...bare, note: 'x'.repeat(Math.max(0, size - JSON.stringify(bare).length)) };
}

/** The mutations from `first` on. */
export function mutations(first: number, count: number): Mutation[] {
  return Array.from({ length: count }, (_, place) => mutation(first + place));
}
