/** Whatever a semicolon inside it does not end: comments, quoted text of each kind, and quoted names. */
const enclosed = [
  String.raw`--[^\n]*`,
  // PostgreSQL's comments nest; two levels are more than anybody writes.
  String.raw`/\*(?:/\*[\s\S]*?\*/|[\s\S])*?\*/`,
  String.raw`\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'`,
  `'(?:[^']|'')*'`,
  `"(?:[^"]|"")*"`,
  String.raw`\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?\$\k<tag>\$`,
].join('|');

/** A word is not taken apart, but for the `e` in front of a quote. */
const token = new RegExp(String.raw`(?<enclosed>${enclosed})|[\w\s]+(?!')|[\s\S]`, 'g');

/** The statements of a script, without what is enclosed in them. Bodies of SQL functions, `begin atomic`, fall apart. */
function* statementsOf(sql: string): Generator<string> {
  let statement = '';
  for (const { 0: found, groups } of sql.matchAll(token)) {
    if (found === ';') {
      yield statement.trim();
      statement = '';
    } else statement += groups?.enclosed === undefined ? found : ' ';
  }
  yield statement.trim();
}

/** Whether a script ends a transaction by itself; in doubt it does. */
export function endsTransactions(sql: string): boolean {
  for (const statement of statementsOf(sql)) {
    if (/^(?:commit|end|rollback|abort|prepare\s+transaction)\b/i.test(statement)) return true;
  }
  return false;
}

/**
 * Refuses `copy … from stdin`: what it reads comes from a client that there is none of here, and PGlite would wait
 * for it for ever.
 */
export function refuseCopyFromClient(sql: string): void {
  if (!/\bstdin\b/i.test(sql)) return;
  for (const statement of statementsOf(sql)) {
    if (/^copy\b[\s\S]*\bfrom\s+stdin\b/i.test(statement)) {
      throw new Error('nobody can send the rows of COPY … FROM STDIN here; write it as inserts');
    }
  }
}
