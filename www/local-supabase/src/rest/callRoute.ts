import type { Context } from 'hono';
import type { Database } from '../database/database.js';
import { readBodyArguments, readUrlArguments } from './arguments.js';
import { callStatement } from './calls.js';
import { RestError } from './errors.js';
import { type Callable, chooseOverload, findOverloads } from './functions.js';
import { parseQuery } from './query.js';
import { applyRange, type RestRequest } from './request.js';
import { respond } from './respond.js';
import { run } from './run.js';
import { respondWithPage } from './tableRoute.js';

export async function callFunction(
  context: Context,
  database: Database,
  request: RestRequest,
  name: string,
): Promise<Response> {
  const { method } = context.req;
  if (!request.isRead && method !== 'POST') {
    throw new RestError(405, 'PGRST101', `Cannot use the ${method} method on RPC`);
  }
  const parameters = new URL(context.req.url).searchParams;
  const overloads = await findOverloads(database, request.schema, name);
  const call = request.isRead ? readUrlArguments(parameters, overloads) : await readBodyArguments(context);
  const callable = chooseOverload(overloads, request.schema, name, call);
  requireSetFor(request, callable);
  const query = parseQuery(parameters, call.isArgument);
  if (request.isRead) applyRange(context, query);
  const statement = await callStatement(database, request, callable, call, query);
  // One value is no list of rows: as an object, it is what it is.
  const asked =
    callable.returns === 'row'
      ? request
      : { ...request, mediaType: { ...request.mediaType, isObject: false } };
  const outcome = await run(database, asked, statement);
  if (callable.returns === 'nothing') return respond(context, request, 204, null);
  const page = respondWithPage(context, asked, query.offset ?? 0, outcome);
  // Stands for a HEAD request whose arguments no URL can hold.
  const isMinimal = !request.isRead && request.preferences.return === 'minimal';
  return isMinimal ? respond(context, request, 204, null) : page;
}

/** How many rows a call affects is only known of those it returns. */
function requireSetFor({ preferences, isRead }: RestRequest, { returnsSet }: Callable): void {
  const { handling, 'max-affected': most } = preferences;
  if (isRead || handling !== 'strict' || most === null || returnsSet) return;
  throw new RestError(
    400,
    'PGRST128',
    'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
  );
}
