import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import type { TokenAuthority } from '../auth/tokens.js';
import type { Database } from '../database/database.js';
import { ChangeFeed } from './changes.js';
import { relayDatabaseBroadcasts } from './databaseBroadcasts.js';
import { Hub } from './hub.js';
import { Limits } from './limits.js';
import { PresenceBoard } from './presence.js';
import type { RealtimeServices } from './services.js';
import { maxFrameBytes, type RealtimeSettings } from './settings.js';
import { Socket } from './socket.js';
import { handshakeProblem } from './tokens.js';
import { Transport } from './transport.js';
import { Warmth } from './warmth.js';

const path = '/realtime/v1/websocket';

const farewellMs = 500;

/** The real server never gives a reason, not even back to a client that gave one. */
class WordlessWebSocket extends WebSocket {
  override close(code?: number): void {
    super.close(code);
  }
}

/** `/realtime/v1/websocket`: the handshakes, and the sockets that came of them. */
export class RealtimeServer {
  readonly services: RealtimeServices;
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    // The real server drops such a text, as any other that it cannot read, and keeps the socket.
    skipUTF8Validation: true,
    WebSocket: WordlessWebSocket,
  });
  readonly #sockets = new Set<Socket>();
  #refusesHandshakes = false;
  #isSuspended = false;
  #opened = 0;

  private constructor(services: RealtimeServices) {
    this.services = services;
  }

  static async start(
    database: Database,
    tokens: TokenAuthority,
    settings: RealtimeSettings,
  ): Promise<RealtimeServer> {
    const own = { ...settings };
    const hub = new Hub();
    const services: RealtimeServices = {
      ...{ database, tokens, hub, settings: own },
      presence: new PresenceBoard(hub),
      changes: new ChangeFeed(database, own),
      limits: new Limits(own),
      warmth: new Warmth(own),
    };
    await services.changes.start();
    await relayDatabaseBroadcasts(services);
    return new RealtimeServer(services);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  get channels(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.channelCount, 0);
  }

  /** Answers an upgrade request: a socket, or an HTTP error that says why not. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy());
    if (this.#refusesHandshakes) {
      stream.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://local');
    if (url.pathname !== path) {
      refuse(stream, 404, 'Not Found', 'text/html');
      return;
    }
    const version = url.searchParams.get('vsn') ?? '1.0.0';
    if (version !== '1.0.0' && version !== '2.0.0') {
      refuse(stream, 403, '', null);
      return;
    }
    const key = keyOf(request, url);
    const refusal = await this.#refusal(key);
    if (refusal !== null || key === null) {
      await sleep(this.services.settings.refusedHandshakeDelayMs);
      refuse(stream, refusal?.status ?? 401, JSON.stringify({ error: refusal?.reason }), 'application/json');
      return;
    }
    this.#upgrader.handleUpgrade(request, stream, head, (connection) => {
      this.#opened += 1;
      const transport = new Transport(connection, this.#opened);
      const socket = new Socket(transport, this.services, this, version, key);
      this.#sockets.add(socket);
      transport.closed.then(() => this.#sockets.delete(socket));
    });
  }

  othersWithChannels(socket: Socket): number {
    return [...this.#sockets].filter((other) => other !== socket && other.channelCount > 0).length;
  }

  /** Changes what a project's administrator may change. As there, everybody is sent away, and may come again. */
  reconfigure({ suspended, ...settings }: Partial<RealtimeSettings> & { suspended?: boolean }): void {
    Object.assign(this.services.settings, settings);
    this.#isSuspended = suspended ?? this.#isSuspended;
    for (const socket of this.#sockets) socket.disconnect();
  }

  /** Cuts every socket off, as a lost network does, and lets none in until `restore`. */
  cut(): number {
    const count = this.#sockets.size;
    this.#refusesHandshakes = true;
    for (const socket of this.#sockets) socket.terminate();
    return count;
  }

  restore(): void {
    this.#refusesHandshakes = false;
  }

  /** Sends a frame as it is to every socket. */
  sendRaw(frame: string | Buffer): void {
    for (const socket of this.#sockets) socket.send(frame);
  }

  /** Says goodbye to every socket; one that does not answer in time is cut off. */
  async stop(): Promise<void> {
    this.#refusesHandshakes = true;
    const sockets = [...this.#sockets];
    for (const socket of sockets) socket.shutDown();
    await Promise.race([Promise.all(sockets.map((socket) => socket.closed)), sleep(farewellMs)]);
    for (const socket of this.#sockets) socket.terminate();
    this.#upgrader.close();
  }

  async #refusal(key: string | null): Promise<{ status: number; reason: string } | null> {
    if (this.#isSuspended) return { status: 403, reason: 'Realtime was disabled for this tenant' };
    if (key === null) return { status: 401, reason: 'API key is missing' };
    const { problem } = await this.services.tokens.verify(key);
    if (problem !== undefined) return { status: 401, reason: handshakeProblem(problem) };
    return this.services.limits.tooManyJoins ? { status: 429, reason: 'Too many joins per second' } : null;
  }
}

function keyOf(request: IncomingMessage, url: URL): string | null {
  const header = request.headers['x-api-key'];
  return url.searchParams.get('apikey') ?? (typeof header === 'string' ? header : null);
}

const statusTexts: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
};

function refuse(stream: Duplex, status: number, body: string, type: string | null): void {
  const headers = [
    `HTTP/1.1 ${status} ${statusTexts[status] ?? ''}`,
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(type === null ? [] : [`content-type: ${type}; charset=utf-8`]),
  ];
  stream.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
