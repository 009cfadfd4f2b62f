const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `0 B`, `12 kB`, `3.4 MB`: three digits at most, in steps of a thousand. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  const text = size < 9.95 && unit > 0 ? size.toFixed(1).replace(/\.0$/, '') : String(Math.round(size));
  return `${text} ${units[unit]}`;
}
