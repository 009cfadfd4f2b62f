import type { Context } from 'hono';
import type { Claims } from '../database/caller.js';
import { RestError } from './errors.js';
import { chooseMediaType, type MediaType } from './mediaTypes.js';
import { type Preferences, readPreferences } from './preferences.js';
import { outOfRange, type TopQuery, toCount } from './query.js';

/** One request, as the statements see it. */
export interface RestRequest {
  claims: Claims;
  schema: string;
  isRead: boolean;
  preferences: Preferences;
  mediaType: MediaType;
  /** What SQL may read of it with `current_setting`. */
  settings: Readonly<Record<string, string>>;
}

/** The schemas that the API shows; a Supabase project shows `public` unless told otherwise. */
const exposedSchemas: readonly string[] = ['public'];

export function readRequest(context: Context, claims: Claims): RestRequest {
  const { method, path } = context.req;
  const isRead = method === 'GET' || method === 'HEAD';
  const schema = readSchema(context, isRead);
  return {
    claims,
    schema,
    isRead,
    preferences: readPreferences(context),
    mediaType: chooseMediaType(context.req.header('accept') ?? '*/*'),
    settings: {
      'request.method': method,
      // A project's gateway takes the service's own part of the path away.
      'request.path': path.replace(/^\/rest\/v1(?=\/)/, ''),
      'request.headers': JSON.stringify(context.req.header()),
      search_path: `"${schema}", public, extensions`,
      ...(isRead ? { transaction_read_only: 'on' } : {}),
    },
  };
}

function readSchema(context: Context, isRead: boolean): string {
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

/** `Range: 10-19` narrows what `offset` and `limit` leave. Only reads have a range. */
export function applyRange(context: Context, query: TopQuery): void {
  const [, from, to = ''] = /^(?:items=)?(\d+)-(\d*)$/.exec(context.req.header('range') ?? '') ?? [];
  if (from === undefined) return;
  const ends = [query.limit === null ? Infinity : (query.offset ?? 0) + query.limit - 1];
  if (to !== '') {
    if (toCount(to) < toCount(from)) {
      throw outOfRange(
        'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
      );
    }
    ends.push(toCount(to));
  }
  query.offset = Math.max(query.offset ?? 0, toCount(from));
  const end = Math.min(...ends);
  query.limit = end === Infinity ? null : Math.max(0, end - query.offset + 1);
}
