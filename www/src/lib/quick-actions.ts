/** How many of a supplier's usual venues are offered. */
const offered = 2;

/** The venues that a supplier's weddings are at most often, the first one first; one that was there only once is not usual. */
export function usualVenues(venues: readonly (string | null)[]): string[] {
  const counts = new Map<string, number>();
  for (const venue of venues) {
    const name = venue?.trim();
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .sort(([one, ofOne], [another, ofAnother]) => ofAnother - ofOne || one.localeCompare(another, 'en-GB'))
    .slice(0, offered)
    .map(([name]) => name);
}

/**
 * The address of the form for a booked wedding at one of the usual venues. It says which of them, not its name: addresses are kept in places
 * where nothing of a supplier's may be.
 */
export function bookingPath(place: number): string {
  return `/clients/new?status=booked&venue=${place + 1}`;
}

/** Which of the usual venues an address asks for; `null` if none. */
export function venuePlace(venue: string | string[] | null | undefined): number | null {
  return typeof venue === 'string' && /^[1-9]$/.test(venue) ? Number(venue) - 1 : null;
}
