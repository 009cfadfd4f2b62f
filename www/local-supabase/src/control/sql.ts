import type { Database, StatementResult } from '../database/database.js';

/** Runs statements as the owner; the rows are the last one's. */
export async function runScript(database: Database, sql: string): Promise<Record<string, unknown>[]> {
  const results = await database.script(sql);
  await database.query('select realtime.sync_capture()');
  const last = results.at(-1);
  return last === undefined ? [] : toJsonRows(last);
}

const numberTypes: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701]);
const jsonTypes: ReadonlySet<number> = new Set([114, 3802]);
const booleanType = 16;

/** Values as JSON has them, where it has them; a number that would lose digits stays text. */
function toJsonRows({ columns, rows }: StatementResult): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name, type }) => [name, toJsonValue(type, row[name] ?? null)])),
  );
}

function toJsonValue(type: number, value: string | null): unknown {
  if (value === null) return null;
  if (type === booleanType) return value === 't';
  if (jsonTypes.has(type)) return JSON.parse(value);
  if (!numberTypes.has(type)) return value;
  const number = Number(value);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? value : number;
}
