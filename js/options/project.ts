import { invalid, isText } from '../arguments.js';
import { DashboardError } from '../errors.js';
import { wrong } from './check.js';
import { isSecret, isTooLong } from './token.js';

/** Where a project is. */
export interface Project {
  /** Where its requests go to, without a slash at the end. */
  url: string;
  /** Where its socket is. */
  socket: string;
}

/** A project's services, each of which has an address of its own, as `/rest/v1`. */
const OF_ONE_SERVICE = /\/(auth|functions|graphql|realtime|rest|storage)\/v1(\/websocket)?$/;

/** The schemes that are taken, and those of the project's requests and of its socket. */
const SCHEMES: Record<string, [string, string]> = {
  'http:': ['http:', 'ws:'],
  'ws:': ['http:', 'ws:'],
  'https:': ['https:', 'wss:'],
  'wss:': ['https:', 'wss:'],
};

/** @throws {DashboardError} `invalid_url`. */
export function projectOf(given: unknown): Project {
  const { protocol, host, pathname } = parsed(given) ?? {};
  const [http, socket] = SCHEMES[protocol ?? ''] ?? [];
  if (pathname === undefined || http === undefined) {
    // What was given is not repeated: it may be the key, in the wrong place.
    throw new DashboardError(
      'invalid_url',
      "`url` is missing or no URL. Pass the project's, as `https://<project>.supabase.co`, or your own server's.",
    );
  }
  // A path may have more slashes than it needs.
  if (OF_ONE_SERVICE.test(pathname.replace(/\/+/g, '/').replace(/\/$/, ''))) {
    throw new DashboardError(
      'invalid_url',
      "`url` is the address of one of the project's services. Pass the project's own, as `https://<project>.supabase.co`: the rest is added.",
    );
  }
  const rest = `//${host}${pathname.replace(/\/+$/, '')}`;
  return { url: http + rest, socket: `${socket}${rest}/realtime/v1/websocket` };
}

/** @throws {DashboardError} `missing_key`, `invalid_option` for what is too long, or secret. */
export function keyOf(of: string, given: unknown): string {
  const key = typeof given === 'string' ? given.trim() : '';
  if (key === '') {
    throw new DashboardError(
      'missing_key',
      "The project's key is missing. Pass the publishable (anon) key as `key`; it is on the API page of the project's settings.",
    );
  }
  if (!isText(key) || isTooLong(key)) {
    throw wrong(of, 'key', 'the publishable (anon) key: at most 100,000 bytes, without lone surrogates');
  }
  if (isSecret(key)) {
    throw invalid(
      "`key` is a secret key, or the service role's: everybody who reads the page would have all rights. Pass the publishable (anon) key, and replace the secret one if it was ever published.",
    );
  }
  return key;
}

function parsed(given: unknown): URL | undefined {
  try {
    return isText(given) ? new URL(given) : undefined;
  } catch {
    return undefined;
  }
}
