import * as v from 'valibot';
import { invalid } from '../arguments.js';
import type { IsMember } from '../server/membership.js';
import { checked, type Given } from './check.js';
import { callback, text, whole } from './kinds.js';

/** The protocols of what an option may be the address of. */
function address(...protocols: string[]) {
  const written = protocols.map((protocol) => `${protocol}//…`).join(' or ');
  return v.custom<string>(
    (value) =>
      typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol),
    `an address, ${written}`,
  );
}

const ORIGINS = 'a list of origins';

/** Of a scheme that URLs know no origin of, as `capacitor://localhost`: browsers write what is before the path. */
const OTHER_ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@]+$/;

/** An origin as browsers write it. A host alone, or a slash at its end, would be equal to none. */
const origin = v.custom<string>((value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { origin } = new URL(value);
  return origin === 'null' ? OTHER_ORIGIN.test(value) : origin === value;
}, `${ORIGINS}, as https://app.example`);

const REDIS_PROTOCOLS = ['redis:', 'rediss:'];

/** Whether it is one address of Redis, or those of a cluster's nodes. */
function isRedis(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return addressesOf(value).every(
    (url) => URL.canParse(url) && REDIS_PROTOCOLS.includes(new URL(url).protocol),
  );
}

function addressesOf(urls: string): string[] {
  return urls.split(',').map((url) => url.trim());
}

const tokenEntries = {
  /**
   * Where the auth server's public keys are: `https://….supabase.co/auth/v1/.well-known/jwks.json`. They are fetched when first needed, kept
   * for ten minutes, and fetched again for a key that is not among them. Either this or `secret`.
   */
  jwks: v.optional(address('https:', 'http:')),
  /** The secret with which the auth server signs (HS256), where it has no keys: at least 32 characters. It is never logged. Either this or `jwks`. */
  secret: v.optional(
    v.custom<string>(
      (value) => typeof value === 'string' && value.length >= 32,
      'a string of at least 32 characters',
    ),
  ),
  /** Who must have issued a token: the claim `iss`, `https://….supabase.co/auth/v1`. Default: anybody who has the key. */
  issuer: v.optional(text),
  /** For whom a token must be: the claim `aud`. Default `authenticated`. */
  audience: v.optional(text, 'authenticated'),
  /** Seconds by which the auth server's clock may differ from this one's. Default 30. */
  clockTolerance: v.optional(whole(0, 600), 30),
};

const cookieEntries = {
  /**
   * Gives the access token of the session that a request's cookies have, or `null`. It need not be proven: it is verified. Asked only if a
   * request has no `Authorization`, and comes from a page of the site's own.
   */
  token: callback<(request: Request) => string | null | PromiseLike<string | null>>(),
  /** The origins of the site's own pages, `https://app.example` for example. Default: the host that the request was sent to. */
  origins: v.optional(v.pipe(v.array(origin, ORIGINS), v.maxLength(100, 'a list of at most 100'))),
};

const redisEntries = {
  /**
   * Where Redis answers: `redis://` or, encrypted, `rediss://`, with user and password if there are any. Several with commas between are
   * nodes of a cluster.
   */
  url: v.custom<string>(isRedis, 'an address, redis://… or rediss://…, or several with commas between'),
  /** Whether it is a cluster, also where `url` is one address. Default: where there are several. */
  cluster: v.optional(v.boolean('true or false')),
  /** Gives the module: `() => import('ioredis')`. It is called when Redis is first needed. */
  load: callback<() => PromiseLike<unknown>>(),
  /** Begins the names of all keys: letters, digits, `-`, `_`, `.` and `:`. Default `wedsync`. */
  prefix: v.optional(
    v.custom<string>(
      (value) => typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value),
      'from 1 to 64 letters, digits, "-", "_", "." and ":"',
    ),
    'wedsync',
  ),
  /** Milliseconds within which a read has to be answered; otherwise it is a miss. Default 40. */
  readTimeout: v.optional(whole(1, 10_000), 40),
  /** Milliseconds within which anything else has to be answered; otherwise it is refused with 503. Default 2,000. */
  timeout: v.optional(whole(10, 60_000), 2_000),
};

const entries = {
  /** How access tokens are verified. */
  auth: v.strictObject(tokenEntries),
  /** Whether the user `sub` is a member of the supplier; what it says is taken from memory for 60 s. A failure is told as 503. */
  isMember: callback<IsMember>(),
  /** Take the token from a cookie where a request has no `Authorization`. Default: no. */
  cookie: v.optional(v.strictObject(cookieEntries)),
  /** Redis. Default: each process keeps for itself. */
  redis: v.optional(v.strictObject(redisEntries)),
  /** Bytes of all entries that a process keeps, where there is no `redis`. Default 50,000,000. */
  memoryBytes: v.optional(whole(1_000_000, 100_000_000_000), 50_000_000),
  /** Bytes that the value of an entry may have. Default 5,242,880. */
  maxEntryBytes: v.optional(whole(1, 100_000_000), 5_242_880),
  /** Bytes that a request with several entries, or with tags, may have. Default 10,485,760. */
  maxRequestBytes: v.optional(whole(1_000, 500_000_000), 10_485_760),
  /** Seconds that an entry is kept at most, whatever it says itself: a week. Default 604,800. */
  maxAge: v.optional(whole(1, 31_536_000), 604_800),
  /** The most tags of one supplier that are counted. Beyond, all of that supplier's entries become invalid. Default 100,000. */
  maxTags: v.optional(whole(10, 10_000_000), 100_000),
  /** Hears of what has gone wrong: Redis is not reached, keys of the auth server cannot be had. There is no token and no value in it. Default: nobody does. */
  onError: v.optional(callback<(error: Error) => void>()),
};

/** Options of `createCacheHandler`. */
export interface CacheHandlerOptions extends Given<typeof entries> {}

export const cacheHandlerOptions = v.strictObject(entries);

/**
 * Checks the options of `createCacheHandler`.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedHandler(given: unknown) {
  const options = checked('createCacheHandler', cacheHandlerOptions, given);
  const { jwks, secret } = options.auth;
  if ((jwks === undefined) === (secret === undefined)) {
    throw invalid('Option "auth" of createCacheHandler must have either `jwks` or `secret`.');
  }
  const urls = options.redis === undefined ? [] : addressesOf(options.redis.url);
  const redis =
    options.redis === undefined
      ? undefined
      : { ...options.redis, urls, isCluster: options.redis.cluster ?? urls.length > 1 };
  if (redis?.isCluster === false && urls.length > 1) {
    throw invalid(
      'Option "url" of createCacheHandler\'s `redis` must be one address, unless it is a cluster.',
    );
  }
  return { ...options, redis };
}
