import type { Version } from './frames.js';

/** The id that the fake server gives to each binding, as a real one gives a hash. */
export interface Joined {
  topic: string;
  ids: number[];
}

type Listener = ((event: Event) => void) | null;

/**
 * A WebSocket with a server inside: it opens at once, accepts every join and answers heartbeats; what else arrives is
 * what a case hands to `onmessage`. Put in the place of `WebSocket` it is given equally to all clients.
 */
export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  /** The sockets that clients have opened, in order. */
  static opened: FakeSocket[] = [];

  readonly joined: Joined[] = [];
  readyState = FakeSocket.CONNECTING;
  binaryType = 'arraybuffer';
  bufferedAmount = 0;
  onopen: Listener = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: Listener = null;
  onerror: Listener = null;
  readonly #version: Version;

  constructor(readonly url: string | URL) {
    this.#version = new URL(url).searchParams.get('vsn') === '2.0.0' ? 2 : 1;
    FakeSocket.opened.push(this);
    queueMicrotask(() => {
      this.readyState = FakeSocket.OPEN;
      this.onopen?.(new Event('open'));
    });
  }

  /** Clients may join in any order; by their names the topics of all are in the same one. */
  joinedInOrder(): Joined[] {
    return this.joined.toSorted((one, other) => (one.topic < other.topic ? -1 : 1));
  }

  send(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') return;
    const frame = JSON.parse(data);
    const [joinRef, ref, topic, event, payload] =
      this.#version === 2 ? frame : [frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload];
    if (ref === null || ref === undefined) return;
    queueMicrotask(() => this.#answer(joinRef, ref, topic, event, payload));
  }

  close(code = 1000, reason = ''): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    queueMicrotask(() => this.onclose?.(new CloseEvent('close', { code, reason, wasClean: true })));
  }

  // biome-ignore lint/suspicious/noExplicitAny: a payload is whatever the client under test sent
  #answer(joinRef: string, ref: string, topic: string, event: string, payload: any): void {
    const bindings: object[] = event === 'phx_join' ? (payload.config?.postgres_changes ?? []) : [];
    const answered = bindings.map((binding, place) => ({
      id: 1_000 + this.joined.length * 10 + place,
      ...binding,
    }));
    if (event === 'phx_join') this.joined.push({ topic, ids: answered.map(({ id }) => id) });
    this.#tell(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: answered } });
    if (answered.length === 0) return;
    this.#tell(joinRef, null, topic, 'system', {
      message: 'Subscribed to PostgreSQL',
      status: 'ok',
      extension: 'postgres_changes',
      channel: topic.slice('realtime:'.length),
    });
  }

  #tell(joinRef: string, ref: string | null, topic: string, event: string, payload: object): void {
    const frame =
      this.#version === 2
        ? [joinRef, ref, topic, event, payload]
        : { join_ref: joinRef, ref, topic, event, payload };
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(frame) }));
  }
}

/** Puts the fake in the place of the browser's own for as long as `open` takes; answers with the socket it opened. */
export async function withFakeSocket(open: () => Promise<void>): Promise<FakeSocket> {
  const own = globalThis.WebSocket;
  const before = FakeSocket.opened.length;
  globalThis.WebSocket = FakeSocket as unknown as typeof WebSocket;
  try {
    await open();
  } finally {
    globalThis.WebSocket = own;
  }
  const socket = FakeSocket.opened[before];
  if (!socket) throw new Error('The client opened no socket.');
  return socket;
}
