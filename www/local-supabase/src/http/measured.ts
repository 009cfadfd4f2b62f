import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { ClientCounts, Traffic } from '../traffic.js';
import { clientOf, isPreflight, serviceOf } from './who.js';

/** Serves HTTP and counts, per client, requests but preflights, and the bytes of bodies. */
export function createMeasuredServer(
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'],
  traffic: Traffic,
): Server {
  const serverOptions = { IncomingMessage: MeasuredRequest, ServerResponse: MeasuredResponse };
  // What this adaptor creates with these options is a plain HTTP server.
  const server = createAdaptorServer({ fetch, serverOptions }) as Server;
  server.prependListener(
    'request',
    (request: MeasuredRequest, response: MeasuredResponse<MeasuredRequest>) => {
      if (isPreflight(request)) return;
      const counts = traffic.of(clientOf(request));
      counts.requests[serviceOf(pathOf(request))] += 1;
      request.counts = counts;
      response.counts = counts;
    },
  );
  return server;
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '/';
}

/** A request that adds up the bytes of its body as they come. */
export class MeasuredRequest extends IncomingMessage {
  counts: ClientCounts | null = null;

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (this.counts !== null) this.counts.httpBytesIn += sizeOf(chunk, encoding);
    return super.push(chunk, encoding);
  }
}

/** A response that adds up the bytes of its body as they are written. */
export class MeasuredResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
  counts: ClientCounts | null = null;

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    this.#add(chunk, rest[0]);
    return super.write(chunk, ...(rest as []));
  }

  override end(...parameters: unknown[]): this {
    this.#add(parameters[0], parameters[1]);
    return super.end(...(parameters as []));
  }

  #add(chunk: unknown, encoding: unknown): void {
    if (this.counts !== null) this.counts.httpBytesOut += sizeOf(chunk, encoding);
  }
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}
