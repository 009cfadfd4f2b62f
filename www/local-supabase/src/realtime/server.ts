import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import type { TokenAuthority } from '../auth/tokens.js';
import type { Claims } from '../database/caller.js';
import type { Database } from '../database/database.js';
import type { FaultRules } from '../faults/rules.js';
import type { HandshakeFault } from '../faults/types.js';
import { anonymous, givenName } from '../http/who.js';
import type { Traffic } from '../traffic.js';
import { handshakeProblem } from './access/tokens.js';
import { databaseBroadcasts } from './broadcasts/fromDatabase.js';
import { ChangeFeed } from './changes/feed.js';
import { Hub } from './hub.js';
import { Limits } from './limits/limits.js';
import type { Outbox } from './outbox.js';
import { PresenceBoard } from './presence/board.js';
import type { RealtimeServices } from './services.js';
import { maxFrameBytes, type RealtimeSettings } from './settings.js';
import { Socket } from './socket.js';
import { Transport } from './transport.js';
import { Upkeep } from './upkeep.js';
import { Warmth } from './warmth.js';
import type { Version } from './wire/wire.js';

const path = '/realtime/v1/websocket';

const farewellMs = 500;

const noKey = { status: 401, reason: 'API key is missing' };

/** The real server never gives a reason, not even back to a client that gave one. */
class WordlessWebSocket extends WebSocket {
  override close(code?: number): void {
    super.close(code);
  }
}

/** What happens to connections on command, and what is counted of them. */
export interface Control {
  faults: FaultRules;
  traffic: Traffic;
}

/** What a project's administrator may change while it runs. */
export type ProjectChange = Partial<RealtimeSettings> & { suspended?: boolean };

/** A handshake that goes on. */
interface Admission {
  version: Version;
  key: string;
}

type RefusedHandshake = Extract<HandshakeFault, { action: 'refuse' }>;

/** How a handshake is answered; `none`: the connection is destroyed. */
type Answer = Admission | Refusal | 'none';

/** A handshake that goes no further. */
interface Refusal {
  status: number;
  body: string;
  type: string | null;
  retryAfterSeconds?: number | undefined;
}

/** `/realtime/v1/websocket`: the handshakes, and the sockets that came of them. */
export class RealtimeServer {
  readonly services: RealtimeServices;
  readonly #broadcasts: Outbox;
  readonly #control: Control;
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    // The real server drops such a text, as any other that it cannot read, and keeps the socket.
    skipUTF8Validation: true,
    WebSocket: WordlessWebSocket,
  });
  readonly #sockets = new Map<Socket, Transport>();
  /** Every connection, those too that the server gave up but that still stand, half open. */
  readonly #transports = new Set<Transport>();
  /** Who is cut off; `null`: everyone. */
  readonly #cutOff = new Set<string | null>();
  /** Handshakes that are not answered yet. */
  readonly #pending = new Set<Duplex>();
  #isDown = false;
  #isSuspended = false;
  #opened = 0;

  private constructor(services: RealtimeServices, broadcasts: Outbox, control: Control) {
    this.services = services;
    this.#broadcasts = broadcasts;
    this.#control = control;
  }

  static async start(
    database: Database,
    tokens: TokenAuthority,
    settings: RealtimeSettings,
    control: Control,
  ): Promise<RealtimeServer> {
    const own = { ...settings };
    const hub = new Hub();
    const upkeep = new Upkeep(database);
    const services: RealtimeServices = {
      ...{ database, tokens, hub, upkeep, settings: own },
      presence: new PresenceBoard(hub),
      changes: new ChangeFeed(database, own, upkeep),
      limits: new Limits(own),
      warmth: new Warmth(own),
    };
    const broadcasts = databaseBroadcasts(services);
    await services.changes.start();
    await broadcasts.start();
    return new RealtimeServer(services, broadcasts, control);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** The sockets that are open, and how many channels each has. */
  get sockets(): { socket: Transport; channels: number }[] {
    return [...this.#sockets].map(([socket, transport]) => ({
      socket: transport,
      channels: socket.channelCount,
    }));
  }

  /** Answers an upgrade request: a socket, or an HTTP error that says why not. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy());
    const url = new URL(request.url ?? '/', 'http://local');
    const name = givenName(request, url);
    this.#pending.add(stream);
    const examined = this.#isCutOff(name)
      ? Promise.resolve('none' as const)
      : this.#examine(request, url, name);
    const answer = await examined.finally(() => this.#pending.delete(stream));
    // A cut may have begun meanwhile.
    if (answer === 'none' || this.#isCutOff(name)) {
      this.#countRefusal(name);
      stream.destroy();
    } else if ('status' in answer) {
      this.#countRefusal(name);
      refuse(stream, answer);
    } else {
      this.#upgrader.handleUpgrade(request, stream, head, (connection) => {
        this.#open(connection, name, answer);
      });
    }
  }

  othersWithChannels(socket: Socket): number {
    return [...this.#sockets.keys()].filter((other) => other !== socket && other.channelCount > 0).length;
  }

  /** Changes what a project's administrator may change. As there, everybody is sent away, and may come again. */
  reconfigure({ suspended, ...settings }: ProjectChange): void {
    Object.assign(this.services.settings, settings);
    this.#isSuspended = suspended ?? this.#isSuspended;
    for (const socket of this.#sockets.keys()) socket.disconnect();
  }

  /** Cuts sockets off, as a lost network does, and lets none in until the cut ends; `null`: everyone's. */
  cut(client: string | null): number {
    this.#cutOff.add(client);
    const cut = this.#transportsOf(client);
    for (const transport of cut) transport.terminate();
    return cut.length;
  }

  endCut(client: string | null): void {
    this.#cutOff.delete(client);
  }

  endCuts(): void {
    this.#cutOff.clear();
  }

  /** Makes sockets half open: they stay, but nothing gets through until `thaw`. */
  freeze(client: string | null): number {
    const frozen = this.#transportsOf(client);
    for (const transport of frozen) transport.freeze();
    return frozen.length;
  }

  thaw(client: string | null): number {
    const thawed = this.#transportsOf(client).filter((transport) => transport.isFrozen);
    for (const transport of thawed) transport.thaw();
    return thawed.length;
  }

  /** Closes sockets with a code, as the server itself may do. */
  close(client: string | null, code: number): number {
    const closed = this.#transportsOf(client).filter((transport) => transport.isOpen);
    for (const transport of closed) transport.close(code);
    return closed.length;
  }

  /** Ends the channels whose tokens were made to expire, as their expiry does. */
  tokensExpired(isAffected: (claims: Claims) => boolean): void {
    for (const socket of this.#sockets.keys()) {
      for (const channel of socket.channels) {
        if (isAffected(channel.claims)) channel.fail('Token has expired 0 seconds ago');
      }
    }
  }

  /** Counts the open sockets afresh. */
  resetCounts(): void {
    for (const transport of this.#transports) transport.resetCounts();
  }

  /** Sends a frame as it is to every socket. */
  sendRaw(frame: string | Buffer): void {
    for (const socket of this.#sockets.keys()) socket.send(frame);
  }

  /** Says goodbye to every socket and lets none in; one that does not answer in time is cut off. */
  async goDown(): Promise<void> {
    this.#isDown = true;
    for (const stream of this.#pending) stream.destroy();
    const transports = [...this.#transports];
    for (const transport of transports) {
      // Who is half open cannot answer.
      if (transport.isFrozen) transport.terminate();
      else transport.close(1012);
    }
    const all = Promise.all(transports.map((transport) => transport.ended));
    await Promise.race([all, sleep(farewellMs, undefined, { ref: false })]);
    for (const transport of this.#transports) transport.terminate();
    await all;
  }

  comeUp(): void {
    this.#isDown = false;
  }

  /** Ends all of it; afterwards nothing of it uses the database. */
  async stop(): Promise<void> {
    await this.goDown();
    this.#upgrader.close();
    await this.services.changes.stop();
    await this.#broadcasts.stop();
  }

  #open(connection: WebSocket, name: string | null, { version, key }: Admission): void {
    this.#opened += 1;
    const transport = new Transport(connection, { id: this.#opened, name, faults: this.#control.faults });
    const socket = new Socket(transport, this.services, this, version, key);
    this.#sockets.set(socket, transport);
    this.#transports.add(transport);
    transport.closed.then(() => {
      this.#sockets.delete(socket);
      this.#control.traffic.settle(transport);
    });
    transport.ended.then(() => this.#transports.delete(transport));
  }

  async #examine(request: IncomingMessage, url: URL, name: string | null): Promise<Answer> {
    for (const fault of this.#control.faults.judgeHandshake(name ?? anonymous)) {
      if (fault.action === 'delay') await sleep(fault.delayMs, undefined, { ref: false });
      else return fault.status === undefined ? 'none' : refusalOf(fault, fault.status);
    }
    if (url.pathname !== path) return { status: 404, body: 'Not Found', type: 'text/html' };
    const version = url.searchParams.get('vsn') ?? '1.0.0';
    if (version !== '1.0.0' && version !== '2.0.0') return { status: 403, body: '', type: null };
    const key = keyOf(request, url);
    const problem = await this.#problemOf(key);
    if (problem === null && key !== null) return { version, key };
    await sleep(this.services.settings.refusedHandshakeDelayMs);
    const { status, reason } = problem ?? noKey;
    return { status, body: JSON.stringify({ error: reason }), type: 'application/json' };
  }

  async #problemOf(key: string | null): Promise<{ status: number; reason: string } | null> {
    if (this.#isSuspended) return { status: 403, reason: 'Realtime was disabled for this tenant' };
    if (key === null) return noKey;
    const { problem } = await this.services.tokens.verify(key);
    if (problem !== undefined) return { status: 401, reason: handshakeProblem(problem) };
    return this.services.limits.tooManyJoins ? { status: 429, reason: 'Too many joins per second' } : null;
  }

  #isCutOff(name: string | null): boolean {
    return this.#isDown || this.#cutOff.has(null) || this.#cutOff.has(name ?? anonymous);
  }

  #countRefusal(name: string | null): void {
    this.#control.traffic.of(name ?? anonymous).refusedHandshakes += 1;
  }

  /** Of a client, or all. */
  #transportsOf(client: string | null): Transport[] {
    return [...this.#transports].filter((transport) => client === null || transport.client === client);
  }
}

function keyOf(request: IncomingMessage, url: URL): string | null {
  const header = request.headers['x-api-key'];
  return url.searchParams.get('apikey') ?? (typeof header === 'string' ? header : null);
}

function refusalOf({ body, retryAfterSeconds }: RefusedHandshake, status: number): Refusal {
  const isText = typeof body === 'string';
  return {
    status,
    body: isText ? body : body === undefined ? '' : JSON.stringify(body),
    type: body === undefined ? null : isText ? 'text/plain' : 'application/json',
    retryAfterSeconds,
  };
}

function refuse(stream: Duplex, { status, body, type, retryAfterSeconds }: Refusal): void {
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(type === null ? [] : [`content-type: ${type}; charset=utf-8`]),
    ...(retryAfterSeconds === undefined ? [] : [`retry-after: ${retryAfterSeconds}`]),
  ];
  stream.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
