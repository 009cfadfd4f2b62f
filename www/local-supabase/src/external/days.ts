/** A calendar day, `YYYY-MM-DD`, without a time zone. */
export type Day = string;

const millisecondsPerDay = 86_400_000;

export function today(): Day {
  return new Date().toISOString().slice(0, 10);
}

/** Whether the text is a day that exists: `2027-02-30` does not. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}

export function addDays(day: Day, days: number): Day {
  const instant = new Date(Date.parse(`${day}T00:00:00Z`) + days * millisecondsPerDay);
  return instant.toISOString().slice(0, 10);
}

/** From 0, Sunday, to 6. */
export function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** A number from 0 to `below - 1` that is always the same for a text, and spread evenly over texts (FNV-1a). */
export function draw(text: string, below: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  // The low bits of two texts that differ in their last character are too alike.
  hash ^= hash >>> 15;
  return (Math.imul(hash, 0x2c1b3c6d) >>> 8) % below;
}
