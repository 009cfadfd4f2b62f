import type { LatencySeries } from '@/lib/health/past';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** When an answer came, or an hour began, in the reader's zone. */
export function formatInstant(by: LatencySeries['by'], at: number): string {
  return (by === 'hours' ? day : clock).format(at);
}
