import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** A handshake that goes no further. */
export interface Refusal {
  status: number;
  body: string;
  type: string | null;
  retryAfterSeconds?: number | undefined;
}

/** Answers an upgrade request with an HTTP response, and ends the connection. */
export function refuse(stream: Duplex, { status, body, type, retryAfterSeconds }: Refusal): void {
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(type === null ? [] : [`content-type: ${type}; charset=utf-8`]),
    ...(retryAfterSeconds === undefined ? [] : [`retry-after: ${retryAfterSeconds}`]),
  ];
  // A client that never ends its half would keep the connection open, and the port could not be closed.
  stream.once('finish', () => stream.destroy());
  stream.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
