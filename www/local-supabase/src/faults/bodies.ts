import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestFault } from './types.js';

type Damage = NonNullable<Extract<RequestFault, { action: 'corrupt' }>['how']>;

/** So many parts a slow body comes in, if it has as many bytes. */
const parts = 20;

/** What a Wi-Fi sends, with status 200, whose guest has not signed in. */
const signInPage =
  '<!doctype html><html><head><title>Welcome</title></head><body><form><button>Connect to the free Wi-Fi</button></form></body></html>\n';

/** The same answer, whose body takes `durationMs`; what is left of it when `signal` is aborted never comes. */
export async function slowBody(
  response: Response,
  durationMs: number,
  signal: AbortSignal,
): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length === 0) return response;
  const size = Math.ceil(bytes.length / parts);
  const pauseMs = durationMs / Math.ceil(bytes.length / size);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await sleep(pauseMs, undefined, { ref: false, signal });
      controller.enqueue(bytes.slice(sent, sent + size));
      sent += size;
      if (sent >= bytes.length) controller.close();
    },
  });
  return new Response(body, response);
}

/** The same answer with another body; `breakOff` ends the connection. */
export async function damagedBody(response: Response, how: Damage, breakOff: () => void): Promise<Response> {
  if (how === 'html') {
    await response.body?.cancel();
    return withBody(response, signInPage, { status: 200, type: 'text/html; charset=utf-8' });
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const half = bytes.slice(0, Math.floor(bytes.length / 2));
  switch (how) {
    case 'truncate':
      return withBody(response, half);
    case 'garbage':
      return withBody(
        response,
        bytes.map((_, index) => 0x80 + ((index * 37) % 0x80)),
      );
    case 'cut':
      return withBody(response, unfinishedBody(half, breakOff));
  }
}

function withBody(
  response: Response,
  body: ConstructorParameters<typeof Response>[0],
  { status = response.status, type }: { status?: number; type?: string } = {},
): Response {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  // Undici takes the end of a connection that was to be closed anyway for the end of the body.
  headers.delete('connection');
  if (type !== undefined) headers.set('content-type', type);
  return new Response(body, { status, headers });
}

/** These bytes, after which the connection breaks before the body is at its end. */
function unfinishedBody(bytes: Uint8Array, breakOff: () => void): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isSent) {
        isSent = true;
        if (bytes.length > 0) controller.enqueue(bytes);
        return;
      }
      // What was written leaves first.
      await sleep(20, undefined, { ref: false });
      breakOff();
      controller.close();
    },
  });
}
