const shownCharacters = 300;

/** One row a scenario. */
export function table(verdicts) {
  const rows = verdicts.map(({ name, compared, equal, meant, differences, stale, tookMs }) => [
    name,
    compared,
    equal,
    meant.length,
    differences.length + stale.length || '',
    tookMs,
  ]);
  const totals = [1, 2, 3, 4, 5].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
  return format([
    ['scenario', 'compared', 'equal', 'meant', 'differences', 'ms'],
    ...rows,
    [`${rows.length} scenarios`, ...totals],
  ]);
}

/** Everything that differs in one scenario, to be read. */
export function details({ name, differences, stale }) {
  const lines = differences.map(
    ({ lane = '', problem, expected, got, at }) =>
      `  ${lane}${at === undefined || at === null ? '' : ` (recorded at ${at} ms)`}: ${problem}\n` +
      `    expected: ${shorten(expected, got)}\n` +
      `    got:      ${shorten(got, expected)}`,
  );
  const gone = stale.map(({ contains }) => `  listed as meant, but did not occur: ${contains}`);
  return [name, ...lines, ...gone].join('\n');
}

function shorten(text, other) {
  if (text === null) return 'nothing';
  if (text.length <= shownCharacters) return text;
  const start = `${text.slice(0, shownCharacters)}…`;
  if (other === null) return start;
  let first = 0;
  while (first < text.length && text[first] === other[first]) first += 1;
  if (first < shownCharacters - 40 || first === text.length) return start;
  return `${start}\n              from ${first}: …${text.slice(Math.max(0, first - 30), first + 120)}`;
}

function format(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const text = String(cell);
          return column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
