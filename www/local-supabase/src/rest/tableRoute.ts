import type { Context } from 'hono';
import type { Database } from '../database/database.js';
import { readRows } from './body.js';
import { RestError } from './errors.js';
import { applied, type PreferenceName } from './preferences.js';
import { outOfRange, parseQuery } from './query.js';
import { applyRange, type RestRequest } from './request.js';
import { contentRange, type Outcome, onlyRow, respond } from './respond.js';
import { run } from './run.js';
import { readStatement } from './statements.js';
import { insert, remove, update, type Write } from './writes.js';

export async function useTable(
  context: Context,
  database: Database,
  request: RestRequest,
  table: string,
): Promise<Response> {
  const query = parseQuery(new URL(context.req.url).searchParams);
  switch (context.req.method) {
    case 'GET':
    case 'HEAD': {
      applyRange(context, query);
      const statement = await readStatement(database, request, table, query);
      const outcome = await run(database, request, statement);
      return respondWithPage(context, request, query.offset ?? 0, outcome);
    }
    case 'POST': {
      const write = await insert(database, request, table, query, await readRows(context));
      const outcome = await run(database, request, write.statement);
      return respondToInsert(context, request, write, outcome);
    }
    case 'PATCH': {
      const { statement } = await update(database, request, table, query, await readRows(context));
      const outcome = await run(database, request, statement);
      return respondToChange(
        context,
        request,
        contentRange(0, outcome.total, countOf(request, outcome)),
        outcome,
        ['missing'],
      );
    }
    case 'DELETE': {
      const { statement } = await remove(database, request, table, query);
      const outcome = await run(database, request, statement);
      return respondToChange(context, request, contentRange(0, 0, countOf(request, outcome)), outcome, []);
    }
    default:
      throw new RestError(405, 'PGRST117', `Unsupported HTTP method: ${context.req.method}`);
  }
}

/** Rows that were read, of a table or a function. */
export function respondWithPage(
  context: Context,
  request: RestRequest,
  offset: number,
  outcome: Outcome,
): Response {
  const { count, total } = outcome;
  if (count !== null && offset > count) {
    context.header('content-range', `*/${count}`);
    throw outOfRange(`An offset of ${offset} was requested, but there are only ${count} rows.`);
  }
  context.header('content-range', contentRange(offset, total, count));
  applyPreferences(context, request, ['count']);
  return respond(context, request, count !== null && total < count ? 206 : 200, bodyOf(request, outcome));
}

function respondToInsert(
  context: Context,
  request: RestRequest,
  { table, resolvesConflicts }: Write,
  outcome: Outcome,
): Response {
  context.header('content-range', contentRange(0, 0, countOf(request, outcome)));
  applyPreferences(context, request, [
    'missing',
    'return',
    'count',
    ...(resolvesConflicts ? (['resolution'] as const) : []),
  ]);
  const { resolution, return: wanted } = request.preferences;
  if (outcome.keys !== null && outcome.total === 1) {
    const values = outcome.keys.map((value) => encodeURIComponent(value));
    const filters = table.primaryKey.map((name, index) => `${encodeURIComponent(name)}=eq.${values[index]}`);
    context.header('location', `/${encodeURIComponent(table.name)}?${filters.join('&')}`);
  }
  const insertedNone = resolution === 'merge-duplicates' && outcome.total === outcome.updated;
  return respond(
    context,
    request,
    insertedNone ? 200 : 201,
    wanted === 'representation' ? bodyOf(request, outcome) : null,
  );
}

function respondToChange(
  context: Context,
  request: RestRequest,
  range: string,
  outcome: Outcome,
  further: PreferenceName[],
): Response {
  context.header('content-range', range);
  applyPreferences(context, request, ['return', 'count', ...further]);
  return request.preferences.return === 'representation'
    ? respond(context, request, 200, bodyOf(request, outcome))
    : respond(context, request, 204, null);
}

function applyPreferences(
  context: Context,
  { preferences }: RestRequest,
  names: readonly PreferenceName[],
): void {
  const value = applied(preferences, [...names, 'handling', 'max-affected']);
  if (value !== null) context.header('preference-applied', value);
}

function countOf({ preferences }: RestRequest, { total }: Outcome): number | null {
  return preferences.count === null ? null : total;
}

function bodyOf({ mediaType }: RestRequest, outcome: Outcome): string {
  return mediaType.isObject ? onlyRow(outcome) : outcome.body;
}
