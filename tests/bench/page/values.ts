/** What a supplier's dashboard keeps of one couple: about 1 KB of JSON in many fields. */
export interface ClientRecord {
  id: string;
  supplier_id: string;
  status: string;
  partners: { name: string; email: string; phone: string }[];
  wedding: { date: string; venue: string; town: string; guests: number; budget: number; confirmed: boolean };
  packages: { id: string; name: string; price: number; deposit: number; paid: boolean }[];
  tasks: { title: string; due: string; done: boolean }[];
  tags: string[];
  source: string;
  rating: number | null;
  note: string;
  created_at: string;
  updated_at: string;
}

/** A value with the key that it is cached under. */
export interface Entry {
  key: string;
  value: ClientRecord;
}

const statuses = ['enquiry', 'viewing', 'proposal', 'booked'];
const names = ['Amelia', 'Ben', 'Chloe', 'Daniel', 'Esme', 'Freddie', 'Grace', 'Harry', 'Imogen', 'Jude'];
const venues = ['Barn at Oakfield', 'Castle Hill House', 'Lakeside Orangery', 'Old Mill Hotel'];
const sources = ['website', 'fair', 'recommended', 'instagram'];
const titles = ['Send the proposal', 'Call about the menu', 'Confirm the final numbers'];

/** The nth record: always the same. */
export function clientRecord(n: number): ClientRecord {
  const id = `54000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return {
    id,
    supplier_id: '53000000-0000-4000-8000-000000000001',
    status: of(statuses, n),
    partners: [n, n + 3].map((place) => ({
      name: `${of(names, place)} ${of(names, place * 7 + 1)}son`,
      email: `${of(names, place).toLowerCase()}.${n}@example.com`,
      phone: `+44 7700 ${String(900_000 + (place % 1_000))}`,
    })),
    wedding: {
      date: `2027-${twoDigits(1 + (n % 12))}-${twoDigits(1 + (n % 28))}`,
      venue: of(venues, n),
      town: 'Harrogate',
      guests: 40 + (n % 160),
      budget: 4_000 + (n % 97) * 250,
      confirmed: n % 3 === 0,
    },
    packages: [0, 1].map((place) => ({
      id: `${id.slice(0, 24)}${String(n * 2 + place).padStart(12, '0')}`,
      name: place === 0 ? 'Full day photography' : 'Album and prints',
      price: 1_200 + (n % 40) * 25,
      deposit: 300,
      paid: (n + place) % 2 === 0,
    })),
    tasks: titles.slice(0, 2).map((_, place) => ({
      title: of(titles, n + place),
      due: `2027-0${1 + place}-${twoDigits(1 + (n % 28))}`,
      done: place === 0,
    })),
    tags: ['2027', of(sources, n)],
    source: of(sources, n),
    rating: n % 5 === 0 ? null : 3 + (n % 3),
    note: 'Prefers to be called in the evening; the brother of the groom brings a drone.',
    created_at: `2026-11-${twoDigits(1 + (n % 28))}T08:00:00.000Z`,
    updated_at: `2026-11-${twoDigits(1 + (n % 28))}T09:${twoDigits(n % 60)}:00.000Z`,
  };
}

/** The key of the nth record; keys sort as their numbers do. */
export function keyOf(n: number): string {
  return `dashboard:supplier-1:clients:${String(n).padStart(6, '0')}`;
}

/** So many records, from the given number on. */
export function entries(first: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, place) => ({
    key: keyOf(first + place),
    value: clientRecord(first + place),
  }));
}

/** All numbers below `count` once each, in an order that jumps about but is always the same. */
export function scattered(count: number): number[] {
  // A prime that divides none of the amounts used here, so that every number comes once.
  return Array.from({ length: count }, (_, place) => (place * 7_919) % count);
}

function of(list: string[], n: number): string {
  return list[n % list.length] ?? '';
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
