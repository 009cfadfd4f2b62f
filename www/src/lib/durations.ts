const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `6 seconds`, `4 minutes`, `1 hour`, `3 days`: the largest unit of which there is one, at least a second. */
export function formatDuration(milliseconds: number): string {
  const [unit, size] = units.find(([, size]) => milliseconds >= size - 500) ?? units[3];
  const count = Math.max(1, Math.round(milliseconds / size));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
