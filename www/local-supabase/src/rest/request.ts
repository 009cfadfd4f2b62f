import type { Context } from 'hono';
import type { Claims } from '../database/caller.js';
import { RestError } from './errors.js';
import { parseCount } from './grammar.js';
import type { TopQuery } from './query.js';

/** What the headers of a request ask for. */
export interface Preferences {
  returns: 'minimal' | 'representation' | 'headers-only';
  countsExactly: boolean;
  resolution: 'merge-duplicates' | 'ignore-duplicates' | null;
  wantsOne: boolean;
}

/** One request, as the statements see it. */
export interface RestRequest {
  method: string;
  path: string;
  claims: Claims;
  schema: string;
  preferences: Preferences;
}

/** The schemas that the API shows; a Supabase project shows `public` unless told otherwise. */
const exposedSchemas: readonly string[] = ['public'];

export function readPreferences(context: Context): Preferences {
  const prefer = new Set(
    (context.req.header('prefer') ?? '').split(',').map((preference) => preference.trim()),
  );
  const accept = context.req.header('accept') ?? '*/*';
  const wantsOne = accept.includes('application/vnd.pgrst.object');
  if (!wantsOne && !/\*\/\*|application\/(\*|json|vnd\.pgrst\.array)/.test(accept)) {
    throw new RestError(406, 'PGRST107', `None of these media types are available: ${accept}`);
  }
  return {
    returns: prefer.has('return=representation')
      ? 'representation'
      : prefer.has('return=headers-only')
        ? 'headers-only'
        : 'minimal',
    countsExactly: ['exact', 'planned', 'estimated'].some((count) => prefer.has(`count=${count}`)),
    resolution: prefer.has('resolution=merge-duplicates')
      ? 'merge-duplicates'
      : prefer.has('resolution=ignore-duplicates')
        ? 'ignore-duplicates'
        : null,
    wantsOne,
  };
}

export function readSchema(context: Context): string {
  const isRead = context.req.method === 'GET' || context.req.method === 'HEAD';
  const named = context.req.header(isRead ? 'accept-profile' : 'content-profile');
  const schema = named ?? exposedSchemas[0] ?? 'public';
  if (exposedSchemas.includes(schema)) return schema;
  throw new RestError(
    406,
    'PGRST106',
    `Invalid schema: ${schema}`,
    null,
    `Only the following schemas are exposed: ${exposedSchemas.join(', ')}`,
  );
}

/** `Range: 10-19` narrows what `offset` and `limit` leave. */
export function applyRange(context: Context, query: TopQuery): void {
  const range = context.req.header('range');
  if (range === undefined || query.limit !== null || query.offset !== null) return;
  const [, from = '', to = ''] = /^(?:items=)?(\d+)-(\d*)$/.exec(range) ?? [];
  if (from === '') return;
  query.offset = parseCount('range', from);
  if (to !== '') {
    const length = Number(to) - Number(from) + 1;
    if (length < 0) throw outOfRange('The lower boundary must be lower than or equal to the upper boundary.');
    query.limit = length;
  }
}

export function outOfRange(details: string): RestError {
  return new RestError(416, 'PGRST103', 'Requested range not satisfiable', details);
}
