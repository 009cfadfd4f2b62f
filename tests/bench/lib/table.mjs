/**
 * Rows as aligned text under the names of their columns; figures to the right.
 * @param {Record<string, string>[]} rows
 */
export function table(rows) {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [Object.fromEntries(columns.map((column) => [column, column])), ...rows];
  const widths = columns.map((column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const isFigure = columns.map((column) =>
    rows.every((row) => /^[\d.,\s–-]*(\s?%)?$/.test(row[column] ?? '')),
  );
  return lines
    .map((line) =>
      columns
        .map((column, place) => {
          const text = line[column] ?? '';
          return isFigure[place] ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
