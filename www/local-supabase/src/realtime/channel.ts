import type { TokenAuthority } from '../auth/tokens.js';
import type { Claims } from '../database/caller.js';
import type { Database } from '../database/database.js';
import { isObject } from '../http/body.js';
import { authorize } from './authorization.js';
import type { RawBinding } from './bindings.js';
import type { ChangeFeed } from './changes.js';
import type { Delivery, Hub } from './hub.js';
import { channelProblem } from './tokens.js';
import { encodeBroadcast, encodeText, type Version } from './wire.js';

/** What a channel needs of its socket. */
interface ChannelSocket {
  readonly version: Version;
  send(frame: string | Buffer): void;
  reply(channel: Channel, ref: unknown, status: 'ok' | 'error', response: unknown): void;
  close(channel: Channel): void;
}

/** What channels share. */
export interface ChannelServices {
  database: Database;
  tokens: TokenAuthority;
  hub: Hub;
  changes: ChangeFeed;
}

/** What a join settled. */
export interface ChannelOptions {
  /** Without the `realtime:` prefix. */
  topic: string;
  joinRef: unknown;
  isPrivate: boolean;
  mayWrite: boolean;
  receivesOwn: boolean;
  acknowledges: boolean;
  bindings: RawBinding[];
  token: string;
  claims: Claims;
}

/** No timer runs longer: a token is looked at again at least so often. */
const longestExpiryTimerMs = 300_000;

/** One joined topic of one socket. */
export class Channel {
  readonly topic: string;
  readonly joinRef: unknown;
  readonly isPrivate: boolean;
  readonly receivesOwn: boolean;
  readonly #socket: ChannelSocket;
  readonly #services: ChannelServices;
  readonly #acknowledges: boolean;
  readonly #bindings: RawBinding[];
  #mayWrite: boolean;
  #token: string;
  #claims: Claims;
  #expiryTimer: NodeJS.Timeout | null = null;
  #isOpen = false;

  constructor(socket: ChannelSocket, services: ChannelServices, options: ChannelOptions) {
    this.topic = options.topic;
    this.joinRef = options.joinRef;
    this.isPrivate = options.isPrivate;
    this.receivesOwn = options.receivesOwn;
    this.#socket = socket;
    this.#services = services;
    this.#acknowledges = options.acknowledges;
    this.#bindings = options.bindings;
    this.#mayWrite = options.mayWrite;
    this.#token = options.token;
    this.#claims = options.claims;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get claims(): Claims {
    return this.#claims;
  }

  /** Called once the join is answered. */
  open(): void {
    this.#isOpen = true;
    this.#services.hub.add(this);
    this.#watchExpiry();
    this.#subscribe();
  }

  /** Stops everything without telling the client. */
  dispose(): void {
    this.#isOpen = false;
    if (this.#expiryTimer !== null) clearTimeout(this.#expiryTimer);
    this.#services.hub.remove(this);
    this.#services.changes.unsubscribe(this);
  }

  deliver(delivery: Delivery): void {
    const head = { joinRef: null, ref: null, topic: `realtime:${this.topic}`, event: 'broadcast' };
    if (delivery.form === 'text') {
      this.#socket.send(encodeText(this.#socket.version, head, delivery.payload));
      return;
    }
    const { event, metadata, encoding, payload } = delivery;
    if (this.#socket.version === '2.0.0') {
      const frame = encodeBroadcast(head.topic, event, metadata, encoding, payload);
      if (frame !== null) this.#socket.send(frame);
    } else if (encoding === 'json') {
      const meta = metadata === '' ? '' : `,"meta":${metadata}`;
      const text = `{"event":${JSON.stringify(event)},"payload":${payload.toString()},"type":"broadcast"${meta}}`;
      this.#socket.send(encodeText('1.0.0', head, text));
    }
  }

  /** A frame of changed rows; `data` and `ids` are JSON text. */
  deliverChange(data: string, ids: string): void {
    const head = { joinRef: null, ref: null, topic: `realtime:${this.topic}`, event: 'postgres_changes' };
    this.#socket.send(encodeText(this.#socket.version, head, `{"data":${data},"ids":${ids}}`));
  }

  /** What the client pushes. Without the right to write it vanishes, acknowledged or not. */
  broadcast(ref: unknown, delivery: Delivery): void {
    if (!this.#mayWrite) return;
    this.#services.hub.broadcast(this.topic, this.isPrivate, delivery, this);
    if (this.#acknowledges) this.#socket.reply(this, ref, 'ok', {});
  }

  /** Never answered, unless the new token ends the channel. */
  async changeToken(payload: unknown): Promise<void> {
    const offered = isObject(payload) ? payload.access_token : null;
    if (typeof offered !== 'string' || offered.startsWith('sb_') || offered === this.#token) return;
    const { claims, problem } = await this.#services.tokens.verify(offered);
    if (problem !== undefined) {
      this.fail(channelProblem(problem));
      return;
    }
    if (this.isPrivate) {
      const permissions = await authorize(this.#services.database, claims, this.topic);
      if (!permissions.read) {
        this.fail(`You do not have permissions to read from this Channel topic: ${this.topic}`);
        return;
      }
      this.#mayWrite = permissions.write;
    }
    if (!this.#isOpen) return;
    this.#token = offered;
    this.#claims = claims;
    this.#watchExpiry();
    this.#subscribe();
  }

  /** Ends the channel with a reason. The socket and its other channels live on. */
  fail(reason: string): void {
    if (!this.#isOpen) return;
    this.#system('system', 'error', reason);
    this.#socket.close(this);
  }

  #subscribe(): void {
    if (this.#bindings.length === 0) return;
    const { changes } = this.#services;
    changes.subscribe(this, this.#bindings).then(
      () => this.#system('postgres_changes', 'ok', 'Subscribed to PostgreSQL'),
      (cause: Error) => this.#system('postgres_changes', 'error', cause.message),
    );
  }

  #watchExpiry(): void {
    if (this.#expiryTimer !== null) clearTimeout(this.#expiryTimer);
    const remaining = (this.#claims.exp ?? 0) * 1000 - Date.now();
    const wait = Math.min(Math.max(0, remaining), longestExpiryTimerMs);
    this.#expiryTimer = setTimeout(() => {
      if (remaining > longestExpiryTimerMs) this.#watchExpiry();
      else this.fail('Token has expired 0 seconds ago');
    }, wait);
  }

  #system(extension: string, status: 'ok' | 'error', message: string): void {
    if (!this.#isOpen) return;
    const head = { joinRef: this.joinRef, ref: null, topic: `realtime:${this.topic}`, event: 'system' };
    const payload = JSON.stringify({ message, status, extension, channel: this.topic });
    this.#socket.send(encodeText(this.#socket.version, head, payload));
  }
}
