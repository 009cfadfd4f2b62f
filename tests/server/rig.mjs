import { createCacheHandler } from '@wedsync/dashboard/server';
import { SignJWT } from 'jose';

export const secret = 'a secret of the test, which has more than 32 characters';
const base = 'https://app.example/api/cache';

/** Who works where. */
const members = new Map([
  ['anna', ['roses']],
  ['ben', ['cakes', 'roses']],
]);

/**
 * An access token.
 * @param {string} sub
 * @param {{ claims?: Record<string, unknown>, key?: string, expires?: string | number }} [how]
 */
export function tokenOf(sub, { claims = {}, key = secret, expires = '1 hour' } = {}) {
  return new SignJWT({ aud: 'authenticated', role: 'authenticated', ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(key));
}

/** @typedef {ReturnType<typeof rig>} Rig */

/**
 * A handler, and what is asked of it: by anna, who works for the supplier `roses`, unless it is said otherwise.
 * @param {Partial<import('@wedsync/dashboard/server').CacheHandlerOptions>} [options]
 */
export function rig(options = {}) {
  const handle = createCacheHandler({
    auth: { secret },
    isMember: ({ sub, supplier }) => members.get(sub)?.includes(supplier) ?? false,
    ...options,
  });
  /** @type {Map<string, Promise<string>>} */
  const tokens = new Map();

  /**
   * @param {string} path
   * @param {RequestInit & { as?: string, duplex?: 'half' }} [init]
   */
  const ask = async (path, { as = 'anna', headers, ...init } = {}) => {
    if (!tokens.has(as)) tokens.set(as, tokenOf(as));
    const all = new Headers(headers);
    if (!all.has('authorization')) all.set('authorization', `Bearer ${await tokens.get(as)}`);
    return handle(new Request(`${base}/${path}`, { ...init, headers: all }));
  };

  return {
    handle,
    ask,
    /** @param {string} key @param {{ as?: string, supplier?: string, headers?: Record<string, string> }} [how] */
    get: (key, { supplier = 'roses', ...how } = {}) => ask(entryPath(supplier, key), how),
    /**
     * @param {string} key
     * @param {string | Uint8Array | ReadableStream} body
     * @param {{ as?: string, supplier?: string } & Partial<HeaderFields>} [how]
     */
    put: (key, body, { as = 'anna', supplier = 'roses', ...fields } = {}) =>
      ask(entryPath(supplier, key), {
        as,
        method: 'PUT',
        body: /** @type {any} */ (body),
        headers: { 'x-cache-entry': headerOf(key, { supplier, ...fields }) },
        duplex: 'half',
      }),
    /** @param {string} path @param {object} value @param {{ as?: string, supplier?: string }} [how] */
    post: (path, value, { as = 'anna', supplier = 'roses' } = {}) =>
      ask(path, { as, method: 'POST', body: JSON.stringify({ supplier, ...value }) }),
    close: () => handle.close(),
  };
}

/** @param {string} supplier @param {string} key */
function entryPath(supplier, key) {
  return `entry?${new URLSearchParams({ supplier, key })}`;
}

/**
 * @typedef {object} HeaderFields
 * @property {string} supplier
 * @property {number} flags
 * @property {number} ttl in milliseconds
 * @property {number} stale in milliseconds
 * @property {Record<string, string>} tags besides those of key and supplier, or what these say
 */

/**
 * The header of an entry, as a dashboard writes it.
 * @param {string} key
 * @param {Partial<HeaderFields>} [fields]
 */
export function headerOf(key, { supplier = 'roses', flags = 0, ttl = 60_000, stale = 0, tags = {} } = {}) {
  const all = Object.entries({ [`k${key}`]: '0.0.0', [`s${supplier}`]: '0.0.0', ...tags });
  const written = all.map(([tag, seen]) => `${field(tag)} ${seen}`);
  return ['1', flags, 1_790_000_000_000, ttl, stale, '-', 12, all.length, ...written].join(' ');
}

/** @param {string} text */
function field(text) {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}

/** Until something is so, however long that takes. @param {() => Promise<boolean>} isSo */
export async function until(isSo) {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The code of an answer that refuses. @param {Response} answer */
export async function codeOf(answer) {
  const { code, message } = await said(answer);
  if (typeof message !== 'string' || message.length < 10) throw new Error('It does not say what is wrong.');
  return `${answer.status} ${code}`;
}

/** What an answer says. @param {Response | Promise<Response>} answer @returns {Promise<any>} */
export async function said(answer) {
  return (await answer).json();
}
