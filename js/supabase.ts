import { invalid } from './arguments.js';
import { DashboardError } from './errors.js';
import type { RealtimeOptions, SupabaseRealtimeOptions } from './options/manager.js';
import type { SupabaseClientLike } from './types.js';

/** What a manager needs to know of a session's owner. */
export interface Connected {
  /** The options without the client. */
  options: RealtimeOptions;
  /**
   * Follows the session until the returned function is called: `setAuth` is given each other token, `null` after signing
   * out.
   */
  follow: Follow;
}

export type Follow = (setAuth: (token: string | null) => void) => () => void;

/**
 * Puts a supabase-js client's project and session in the place of `url`, `key` and `accessToken`; other options stay as
 * they are.
 *
 * @throws {DashboardError} `invalid_option`, also for a client whose reading throws.
 */
export function connectSupabase(options: RealtimeOptions | SupabaseRealtimeOptions): Connected {
  try {
    return connected(options);
  } catch (thrown) {
    throw thrown instanceof DashboardError ? thrown : invalid('`supabase` cannot be read.', thrown);
  }
}

function connected(options: RealtimeOptions | SupabaseRealtimeOptions): Connected {
  const { supabase, ...given } = options as Given;
  if (supabase === undefined) return { options: given as RealtimeOptions, follow: followNothing };
  if (given.accessToken !== undefined) {
    throw invalid(
      'Give either `supabase` or `accessToken`: the session of the client is the source of the token.',
    );
  }
  const { follow, ...client } = read(supabase);
  const [url, key] = [given.url ?? client.url, given.key ?? client.key];
  if (url === undefined || key === undefined) {
    throw invalid(
      'This supabase-js client does not tell its project. Give `url` and `key` too, as to `createClient`.',
    );
  }
  return { options: { ...given, url, key, accessToken: client.accessToken }, follow };
}

type Given = Partial<RealtimeOptions> & { supabase?: unknown };

const followNothing = () => () => {};

function read(supabase: unknown) {
  // Protected in supabase-js's types, there at run time.
  const client = (typeof supabase === 'object' && supabase !== null ? supabase : {}) as {
    supabaseUrl?: unknown;
    supabaseKey?: unknown;
    accessToken?: unknown;
    auth?: Partial<SupabaseClientLike['auth']>;
  };
  const project = { url: textOf(client.supabaseUrl), key: textOf(client.supabaseKey) };
  const { accessToken } = client;
  if (typeof accessToken === 'function') {
    // Its `auth` throws whatever is read of it.
    const source = () => accessToken.call(client) as string | null | Promise<string | null>;
    return { ...project, accessToken: source, follow: followNothing };
  }
  const { auth } = client;
  if (typeof auth?.getSession !== 'function' || typeof auth.onAuthStateChange !== 'function') {
    throw invalid(
      '`supabase` must be a client of supabase-js, version 2, as `createClient(url, key)` makes it.',
    );
  }
  return { ...project, ...sessionOf(auth as SupabaseClientLike['auth']) };
}

function sessionOf(auth: SupabaseClientLike['auth']) {
  /** The token that the channels were last given; none known at first. */
  let latest: string | null | undefined;
  /** Counts what has been told of the session: an answer that was asked for before may be about the user before. */
  let turn = 0;
  return {
    async accessToken() {
      const asked = turn;
      const { data, error } = await auth.getSession();
      // A session that could not be refreshed for want of a network is not a signed-out user.
      if (error) throw error;
      const token = data.session?.access_token ?? null;
      if (asked === turn) latest = token;
      return token;
    },
    follow(setAuth: (token: string | null) => void) {
      const { data } = auth.onAuthStateChange((event, session) => {
        // Nothing of the client may be awaited here: it holds its lock while it calls.
        if (event === 'INITIAL_SESSION') return;
        const token = event === 'SIGNED_OUT' ? null : (session?.access_token ?? null);
        // A page that becomes visible again is told SIGNED_IN with the token it had.
        if (token === latest) return;
        turn += 1;
        latest = token;
        setAuth(token);
      });
      return () => data.subscription.unsubscribe();
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
