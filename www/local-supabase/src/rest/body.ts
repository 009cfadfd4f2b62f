import type { Context } from 'hono';
import { isObject } from '../http/body.js';
import type { Column, Table } from './catalog.js';
import { RestError } from './errors.js';

/** The rows a client sent. Their text is what PostgreSQL reads: a number keeps every digit. */
export interface Body {
  /** A JSON array of objects. */
  text: string;
  rowCount: number;
  /** The keys that all rows have; rows with different ones need the `columns` parameter. */
  columns: string[] | null;
}

export async function readRows(context: Context): Promise<Body> {
  requireJson(context);
  const text = await context.req.text();
  const parsed = parseJson(text);
  const isArray = Array.isArray(parsed);
  const rows: readonly unknown[] = isArray ? parsed : [parsed];
  return {
    text: isArray ? text : `[${text}]`,
    rowCount: rows.length,
    columns: commonKeys(rows),
  };
}

/**
 * PostgreSQL's own limit is how much stack a process has; PGlite, which has less, is of no use any more once that
 * overflows.
 */
const deepestJson = 2_000;

export function parseJson(text: string): unknown {
  if (depthOf(text) > deepestJson)
    throw invalidBody(`The json is nested more than ${deepestJson} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidBody('Empty or invalid json');
  }
}

/** How many lists and objects are open at once, at most. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (isText) {
      if (character === '\\') index += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth -= 1;
  }
  return deepest;
}

export function invalidBody(message: string): RestError {
  return new RestError(400, 'PGRST102', message);
}

export function contentType(context: Context): string {
  const header = context.req.header('content-type') ?? 'application/json';
  return header.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The columns a write sets, as the table has them. */
export function writtenColumns(table: Table, named: readonly string[] | null, body: Body): Column[] {
  const names = named ?? body.columns;
  if (names === null) throw invalidBody('All object keys must match');
  return names.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    throw new RestError(
      400,
      'PGRST204',
      `Could not find the '${name}' column of '${table.name}' in the schema cache`,
    );
  });
}

function requireJson(context: Context): void {
  const type = contentType(context);
  if (type === 'application/json') return;
  throw invalidBody(`Content-Type not acceptable: ${type}`);
}

function commonKeys(rows: readonly unknown[]): string[] | null {
  const [first, ...others] = rows.map((row) => {
    if (!isObject(row)) throw invalidBody('All object keys must match');
    return Object.keys(row);
  });
  const keys = new Set(first);
  const isCommon = others.every(
    (names) => names.length === keys.size && names.every((name) => keys.has(name)),
  );
  return isCommon ? [...keys] : null;
}
