import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import type { TokenAuthority } from '../auth/tokens.js';
import type { Claims } from '../database/caller.js';
import type { Database } from '../database/database.js';
import type { FaultRules } from '../faults/rules.js';
import { refuse } from '../http/refusal.js';
import { anonymous, givenName, handshakeUrl, serviceOf } from '../http/who.js';
import type { Traffic } from '../traffic.js';
import { databaseBroadcasts } from './broadcasts/fromDatabase.js';
import { ChangeFeed } from './changes/feed.js';
import { type Admission, Gate } from './gate.js';
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

const farewellMs = 500;

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

/** `/realtime/v1/websocket`: the handshakes, and the sockets that came of them. */
export class RealtimeServer {
  readonly services: RealtimeServices;
  readonly #broadcasts: Outbox;
  readonly #control: Control;
  readonly #gate: Gate;
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    // The real server drops such a text, as any other that it cannot read, and keeps the socket.
    skipUTF8Validation: true,
    WebSocket: WordlessWebSocket,
  });
  readonly #sockets = new Map<Socket, Transport>();
  /** Every connection: those too that one side has given up while the other does not know. */
  readonly #transports = new Set<Transport>();
  /** Who is cut off; `null`: everyone. */
  readonly #cutOff = new Set<string | null>();
  /** The connections of handshakes, as long as no socket has come of them. */
  readonly #handshakes = new Set<Duplex>();
  #isDown = false;
  #opened = 0;

  private constructor(services: RealtimeServices, broadcasts: Outbox, control: Control) {
    this.services = services;
    this.#broadcasts = broadcasts;
    this.#control = control;
    this.#gate = new Gate(services, control.faults);
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
    this.#handshakes.add(stream);
    stream.once('close', () => this.#handshakes.delete(stream));
    const url = handshakeUrl(request);
    const name = givenName(request, url);
    this.#control.traffic.of(name ?? anonymous).requests[serviceOf(url?.pathname ?? '')] += 1;
    const answer = this.#isCutOff(name) ? 'none' : await this.#gate.examine(request, url, name);
    // A cut may have begun meanwhile.
    if (answer === 'none' || this.#isCutOff(name)) {
      this.#countRefusal(name);
      stream.destroy();
    } else if ('status' in answer) {
      this.#countRefusal(name);
      refuse(stream, answer);
    } else {
      this.#upgrader.handleUpgrade(request, stream, head, (connection) => {
        this.#handshakes.delete(stream);
        this.#open(connection, name, answer);
      });
      // What is no handshake of a WebSocket was answered there.
      if (stream.writableEnded) this.#countRefusal(name);
    }
  }

  othersWithChannels(socket: Socket): number {
    return [...this.#sockets.keys()].filter((other) => other !== socket && other.channelCount > 0).length;
  }

  /** Changes what a project's administrator may change. As there, everybody is sent away, and may come again. */
  reconfigure({ suspended, ...settings }: ProjectChange): void {
    Object.assign(this.services.settings, settings);
    this.#gate.isSuspended = suspended ?? this.#gate.isSuspended;
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

  /** Sends a frame as it is to every socket; how many it can reach. */
  sendRaw(frame: string | Buffer): number {
    const reached = [...this.#sockets].filter(([, { isOpen, isFrozen }]) => isOpen && !isFrozen);
    for (const [socket] of reached) socket.send(frame);
    return reached.length;
  }

  /** Says goodbye to every socket and lets none in; one that does not answer in time is cut off. */
  async goDown(): Promise<void> {
    this.#isDown = true;
    for (const stream of this.#handshakes) stream.destroy();
    const transports = [...this.#transports];
    for (const transport of transports) {
      // Who is half open cannot answer.
      if (transport.isFrozen) transport.terminate();
      else transport.closeAtOnce(1012);
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
    Promise.all([transport.closed, transport.ended]).then(() => this.#transports.delete(transport));
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
