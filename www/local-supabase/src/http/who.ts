import type { IncomingMessage } from 'node:http';
import type { Service } from '../faults/types.js';

/** The name of whoever gives none. */
export const anonymous = 'anonymous';

/** Where the paths of each service begin. */
const places: readonly (readonly [Service, path: string])[] = [
  ['rest', '/rest/v1/'],
  ['auth', '/auth/v1/'],
  ['realtime', '/realtime/v1/'],
  ['calendar', '/external/calendar/v1/'],
  ['payments', '/external/payments/v1/'],
];

/** The service that a path belongs to. */
export function serviceOf(path: string): Service | 'other' {
  return places.find(([, place]) => path.startsWith(place))?.[0] ?? 'other';
}

/** What a handshake asks for, or `null`: nothing that can be read. A client may send `//` or `http://[`. */
export function handshakeUrl(request: IncomingMessage): URL | null {
  const target = request.url ?? '/';
  const base = 'http://local';
  return URL.canParse(target, base) ? new URL(target, base) : null;
}

/** The name that a client gives itself. Only a handshake takes it from its URL: in REST, names there are columns. */
export function givenName(request: IncomingMessage, handshake?: URL | null): string | null {
  const header = request.headers['x-client-name'];
  return handshake?.searchParams.get('client') || (typeof header === 'string' && header) || null;
}

/** Who sends a request: the name it gives, else the session of its token. */
export function clientOf(request: IncomingMessage): string {
  const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return givenName(request) ?? (token === undefined ? null : sessionOf(token)) ?? anonymous;
}

/** Read without a look at the signature: it names a counter and gives no rights. */
function sessionOf(token: string): string | null {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      session_id?: unknown;
    } | null;
    return typeof claims?.session_id === 'string' ? claims.session_id : null;
  } catch {
    return null;
  }
}

/** Whether a browser only asks if it may ask. When it does is its own affair: it keeps the answers. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}
