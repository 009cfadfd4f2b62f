import { type Context, Hono } from 'hono';
import type { TokenAuthority } from '../auth/tokens.js';
import { becomeCaller, type Claims } from '../database/caller.js';
import type { Database } from '../database/database.js';
import { isObject } from '../http/body.js';
import { bearerToken } from '../http/gateway.js';
import { RestError, toRestError } from './errors.js';
import { argumentNames, callStatement, findFunction } from './functions.js';
import { parseQuery } from './query.js';
import { applyRange, outOfRange, type RestRequest, readPreferences, readSchema } from './request.js';
import { contentRange, type Outcome, onlyRow, respond, respondWithError } from './respond.js';
import {
  deleteStatement,
  insertStatement,
  readStatement,
  type Statement,
  updateStatement,
} from './statements.js';

export interface RestOptions {
  database: Database;
  tokens: TokenAuthority;
}

/** `/rest/v1`: tables and functions of the exposed schemas, as PostgREST serves them. */
export function restRoutes(options: RestOptions): Hono {
  const app = new Hono();
  app.all('/rpc/:name', (context) => handle(context, options, callFunction));
  app.all('/:table', (context) => handle(context, options, useTable));
  app.all('*', (context) =>
    respondWithError(context, new RestError(404, 'PGRST125', 'Invalid path specified in request URL')),
  );
  return app;
}

type Handler = (context: Context, options: RestOptions, request: RestRequest) => Promise<Response>;

async function handle(context: Context, options: RestOptions, handler: Handler): Promise<Response> {
  let role = 'anon';
  try {
    const claims = await authenticate(context, options.tokens);
    role = claims.role;
    const request: RestRequest = {
      method: context.req.method,
      path: context.req.path,
      claims,
      schema: readSchema(context),
      preferences: readPreferences(context),
    };
    return await handler(context, options, request);
  } catch (cause) {
    return respondWithError(context, toRestError(cause, role));
  }
}

/** Who asks: the bearer token, or the project's key where there is none. */
async function authenticate(context: Context, tokens: TokenAuthority): Promise<Claims> {
  const token = bearerToken(context) ?? context.req.header('apikey') ?? context.req.query('apikey') ?? '';
  const { claims, problem } = await tokens.verify(token);
  if (problem === undefined) return claims;
  switch (problem.kind) {
    case 'expired':
      throw new RestError(401, 'PGRST303', 'JWT expired');
    case 'signature':
      throw new RestError(401, 'PGRST301', 'No suitable key or wrong key type');
    case 'incomplete':
      throw new RestError(401, 'PGRST303', 'The token names no role of this project, or no expiry');
    case 'malformed':
      throw new RestError(401, 'PGRST301', 'Expected 3 parts in JWT; got something else');
  }
}

const useTable: Handler = async (context, options, request) => {
  const { database } = options;
  const table = context.req.param('table') ?? '';
  const query = parseQuery(new URL(context.req.url).searchParams);
  switch (request.method) {
    case 'GET':
    case 'HEAD': {
      applyRange(context, query);
      const statement = await readStatement(database, request, table, query);
      return respondWithRows(context, request, query.offset ?? 0, await run(options, request, statement));
    }
    case 'POST': {
      const statement = await insertStatement(database, request, table, query, await readBody(context));
      return respondToWrite(context, request, 201, 201, await run(options, request, statement));
    }
    case 'PATCH': {
      const statement = await updateStatement(database, request, table, query, await readBody(context));
      return respondToWrite(context, request, 200, 204, await run(options, request, statement));
    }
    case 'DELETE': {
      const statement = await deleteStatement(database, request, table, query);
      return respondToWrite(context, request, 200, 204, await run(options, request, statement));
    }
    default:
      throw unsupportedMethod(request.method);
  }
};

const callFunction: Handler = async (context, options, request) => {
  const { database } = options;
  const name = context.req.param('name') ?? '';
  const url = new URL(context.req.url);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead && request.method !== 'POST') throw unsupportedMethod(request.method);
  const names = isRead ? await argumentNames(database, request.schema, name) : new Set<string>();
  const values = isRead
    ? Object.fromEntries([...url.searchParams].filter(([key]) => names.has(key)))
    : await readArguments(context);
  const callable = await findFunction(database, request.schema, name, new Set(Object.keys(values)));
  const query = parseQuery(url.searchParams, names);
  applyRange(context, query);
  const statement = await callStatement(database, request, callable, values, query);
  const isSingle = callable.returnsRow && !callable.returnsSet;
  const outcome = await run(options, request, statement);
  if (callable.returnsVoid) return respond(context, request, 204, null);
  if (isSingle) return respond(context, request, 200, onlyRow(outcome));
  if (callable.returnsRow) return respondWithRows(context, request, query.offset ?? 0, outcome);
  return respond(context, request, 200, outcome.body);
};

/** Runs a statement as the caller. What a request reads cannot change anything. */
async function run(options: RestOptions, request: RestRequest, statement: Statement): Promise<Outcome> {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return options.database.transaction(async (session) => {
    await becomeCaller(session, request.claims, {
      'request.method': request.method,
      'request.path': request.path,
      search_path: `"${request.schema}", public, extensions`,
      ...(isRead ? { transaction_read_only: 'on' } : {}),
    });
    const { rows } = await session.query(statement.sql, statement.parameters.values);
    const row = rows[0] ?? {};
    const outcome: Outcome = {
      body: row.body ?? 'null',
      total: Number(row.total ?? 0),
      count: row.count === undefined ? null : Number(row.count),
    };
    // Inside the transaction: a write that does not answer the one row it was to answer must not last.
    if (mustBeSingle(request)) onlyRow(outcome);
    return outcome;
  });
}

function mustBeSingle({ method, preferences }: RestRequest): boolean {
  const returnsRows = method === 'GET' || preferences.returns === 'representation';
  return preferences.wantsOne && returnsRows;
}

function respondWithRows(context: Context, request: RestRequest, offset: number, outcome: Outcome): Response {
  const { count, total } = outcome;
  if (count !== null && offset > count) {
    context.header('content-range', `*/${count}`);
    throw outOfRange(`An offset of ${offset} was requested, but there are only ${count} rows.`);
  }
  context.header('content-range', contentRange(offset, outcome));
  const status = count !== null && total < count ? 206 : 200;
  return respond(context, request, status, request.preferences.wantsOne ? onlyRow(outcome) : outcome.body);
}

function respondToWrite(
  context: Context,
  request: RestRequest,
  full: number,
  empty: number,
  outcome: Outcome,
): Response {
  const { returns, wantsOne, countsExactly } = request.preferences;
  context.header('content-range', `*/${countsExactly ? outcome.total : '*'}`);
  if (returns !== 'representation') return respond(context, request, empty, null);
  context.header('preference-applied', 'return=representation');
  return respond(context, request, full, wantsOne ? onlyRow(outcome) : outcome.body);
}

async function readBody(context: Context): Promise<unknown> {
  try {
    return JSON.parse(await context.req.text());
  } catch {
    throw new RestError(400, 'PGRST102', 'Empty or invalid json');
  }
}

async function readArguments(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text();
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Falls through to the one sentence for both.
  }
  throw new RestError(400, 'PGRST102', 'The arguments of a function must be a JSON object');
}

function unsupportedMethod(method: string): RestError {
  return new RestError(405, 'PGRST117', `Unsupported HTTP method: ${method}`);
}
