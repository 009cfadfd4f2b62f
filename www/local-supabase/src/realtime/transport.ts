import type { RawData, WebSocket } from 'ws';

/** The connection under a socket: frames in, frames out. */
export class Transport {
  /** In order of opening, from 1. */
  readonly id: number;
  readonly closed: Promise<void>;
  readonly #connection: WebSocket;

  constructor(connection: WebSocket, id: number) {
    this.id = id;
    this.#connection = connection;
    // A connection that breaks is closed next; without a listener the error would end the process.
    connection.on('error', () => {});
    this.closed = new Promise((resolve) => connection.on('close', () => resolve()));
  }

  get isOpen(): boolean {
    return this.#connection.readyState === this.#connection.OPEN;
  }

  onFrame(listener: (data: Buffer, isBinary: boolean) => void): void {
    this.#connection.on('message', (data, isBinary) => listener(toBuffer(data), isBinary));
  }

  send(frame: string | Buffer): void {
    this.#connection.send(frame);
  }

  close(code: number): void {
    this.#connection.close(code);
  }

  /** Cuts the connection without a close frame, as a lost network does. */
  terminate(): void {
    this.#connection.terminate();
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
