/** An event of a supplier's stream, as the server keeps it: about 300 B of JSON. */
export interface StreamEvent {
  seq: number;
  event_id: string;
  event_type: string;
  payload: { client_id: string; status: string; guests: number; confirmed: boolean };
  user_id: string;
  occurred_at: string;
}

const types = ['client_added', 'status_changed', 'guests_changed', 'proposal_sent', 'payment_received'];
const statuses = ['enquiry', 'viewing', 'proposal', 'booked'];

/** The event of this number, from 1 on: always the same. */
export function streamEvent(seq: number): StreamEvent {
  return {
    seq,
    event_id: `55000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
    event_type: types[seq % types.length] ?? '',
    payload: {
      client_id: `54000000-0000-4000-8000-${String((seq * 7_919) % 500).padStart(12, '0')}`,
      status: statuses[seq % statuses.length] ?? '',
      guests: 40 + (seq % 160),
      confirmed: seq % 3 === 0,
    },
    user_id: `56000000-0000-4000-8000-${String(seq % 3).padStart(12, '0')}`,
    occurred_at: new Date(Date.UTC(2026, 10, 26) + seq * 1_000).toISOString(),
  };
}

/** The first `count` events, as the server answers: JSON, a thousand to a page. */
export function pagesOfEvents(count: number): string[] {
  const pages = [];
  for (let first = 1; first <= count; first += 1_000) {
    const length = Math.min(1_000, count - first + 1);
    pages.push(JSON.stringify(Array.from({ length }, (_, place) => streamEvent(first + place))));
  }
  return pages;
}
