import type { Claims } from '../database/caller.js';
import { isObject } from '../http/body.js';
import type { Access } from './access/access.js';
import { channelProblem, isToken } from './access/tokens.js';
import { type KeptMessage, replayFrame } from './broadcasts/replay.js';
import { ChangeSubscription } from './changes/subscription.js';
import { ExpiryTimer } from './expiryTimer.js';
import { type ChannelOptions, readAccess } from './join.js';
import { PresenceCalls } from './presence/calls.js';
import { SerialQueue } from './serialQueue.js';
import type { RealtimeServices } from './services.js';
import { binaryBroadcast, type Delivery, textBroadcast, userBroadcast } from './wire/deliveries.js';
import { wireTopic } from './wire/topics.js';
import { type BinaryMessage, encodeText, type Frame, type TextMessage, type Version } from './wire/wire.js';

/** What a channel needs of its socket. */
interface ChannelSocket {
  readonly version: Version;
  send(frame: Frame): void;
  reply(channel: Channel, ref: unknown, status: 'ok' | 'error', response: unknown): void;
  /** Takes the channel off the socket and tells the client: `phx_close`, or `phx_error` for a crash. */
  close(channel: Channel): void;
  crash(channel: Channel): void;
}

/** One joined topic of one socket. It takes its messages one after the other, whatever the socket does meanwhile. */
export class Channel {
  readonly topic: string;
  readonly joinRef: unknown;
  readonly isPrivate: boolean;
  readonly presenceKey: string;
  readonly #socket: ChannelSocket;
  readonly #services: RealtimeServices;
  readonly #options: ChannelOptions;
  readonly #messages = new SerialQueue();
  readonly #expiry: ExpiryTimer;
  readonly #subscription: ChangeSubscription;
  readonly #presenceCalls: PresenceCalls;
  readonly #replayed: ReadonlySet<string>;
  #token: string;
  #access: Access;
  #isOpen = false;

  constructor(socket: ChannelSocket, services: RealtimeServices, options: ChannelOptions) {
    this.topic = options.topic;
    this.joinRef = options.joinRef;
    this.isPrivate = options.isPrivate;
    this.presenceKey = options.presenceKey;
    this.#socket = socket;
    this.#services = services;
    this.#options = options;
    this.#replayed = options.replayedIds;
    this.#token = options.token;
    this.#access = options.access;
    this.#expiry = new ExpiryTimer(() => this.fail('Token has expired 0 seconds ago'));
    this.#subscription = new ChangeSubscription(this, services, options.bindings, options.isLegacy);
    this.#presenceCalls = new PresenceCalls(services, this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get version(): Version {
    return this.#socket.version;
  }

  get claims(): Claims {
    return this.#access.claims;
  }

  /** Called once the join is answered. */
  open(replayed: readonly KeptMessage[]): void {
    this.#isOpen = true;
    this.#services.hub.add(this);
    this.#expiry.watch(this.claims.exp ?? 0);
    const { wantsReplicationReady, presenceEnabled } = this.#options;
    for (const message of replayed) {
      const frame = replayFrame(this.version, this, message);
      if (frame !== null) this.send(frame);
    }
    if (wantsReplicationReady) {
      const established = () => this.system('system', 'ok', 'Replication connection established');
      this.#services.warmth.warmUp().then(established);
    }
    if (presenceEnabled) this.#sendPresenceState();
    this.#subscription.start();
  }

  /** Stops everything without telling the client. */
  dispose(): void {
    this.#isOpen = false;
    this.#expiry.stop();
    this.#services.hub.remove(this);
    this.#services.presence.untrack(this);
    this.#subscription.stop();
  }

  send(frame: Frame): void {
    if (this.#isOpen) this.#socket.send(frame);
  }

  system(extension: string, status: 'ok' | 'error', message: string): void {
    const head = { joinRef: this.joinRef, ref: null, topic: wireTopic(this.topic), event: 'system' };
    const payload = JSON.stringify({ message, status, extension, channel: this.topic });
    this.send(encodeText(this.version, head, payload));
  }

  /** Ends the channel with a reason. The socket and its other channels live on. */
  fail(reason: string): void {
    if (!this.#isOpen) return;
    this.system('system', 'error', reason);
    this.#socket.close(this);
  }

  deliver(delivery: Delivery): void {
    if (!this.#access.canRead(delivery.isPresence ? 'presence' : 'broadcast')) return;
    if (delivery.id !== null && this.#replayed.has(delivery.id)) return;
    const frame = delivery.frame(this.version);
    if (frame === null) return;
    this.send(frame);
    if (delivery.isPresence) this.#services.limits.countPresence();
    else this.#countDelivery();
  }

  receive(message: TextMessage | BinaryMessage): void {
    this.#messages.add(() => {
      if (this.#isOpen) return this.#handle(message);
    });
  }

  #handle(message: TextMessage | BinaryMessage): Promise<void> | void {
    if (message.kind === 'broadcast') {
      const delivery = userBroadcast(this.topic, message);
      return this.#broadcast(message.ref, delivery, message.payload.length);
    }
    switch (message.event) {
      case 'phx_leave':
        this.#leave(message);
        return;
      case 'broadcast':
        return message.kind === 'text' ? this.#broadcastText(message) : this.#broadcastBytes(message);
      case 'access_token':
        return message.kind === 'text' ? this.#changeToken(message.payload) : undefined;
      case 'presence':
        return message.kind === 'text' ? this.#callPresence(message) : undefined;
    }
  }

  /** A leave of an earlier join must not end the present one. */
  #leave({ joinRef, ref }: { joinRef: unknown; ref: unknown }): void {
    if (joinRef !== null && joinRef !== this.joinRef) return;
    this.#socket.reply(this, ref, 'ok', {});
    this.#socket.close(this);
  }

  #broadcastText(message: TextMessage): Promise<void> | void {
    // The real server's process dies of a payload that is not an object.
    if (!isObject(message.payload)) {
      this.#socket.crash(this);
      return;
    }
    const json = message.payloadJson();
    return this.#broadcast(message.ref, textBroadcast(this.topic, json), Buffer.byteLength(json));
  }

  #broadcastBytes({ ref, payload }: BinaryMessage): Promise<void> | void {
    return this.#broadcast(ref, binaryBroadcast(this.topic, payload), payload.length);
  }

  /** Without the right to write it vanishes, acknowledged or not. */
  #broadcast(ref: unknown, delivery: Delivery, bytes: number): Promise<void> | void {
    const allowed = this.#access.canWrite('broadcast');
    if (allowed === true) this.#relay(ref, delivery, bytes);
    else if (allowed !== false) {
      return allowed.then((granted) => {
        if (granted && this.#isOpen) this.#relay(ref, delivery, bytes);
      });
    }
  }

  #relay(ref: unknown, delivery: Delivery, bytes: number): void {
    const { limits, hub } = this.#services;
    const { receivesOwn, acknowledges } = this.#options;
    limits.countMessages(1);
    const isTooLarge = limits.isTooLarge(bytes);
    if (!isTooLarge) hub.send(this.topic, this.isPrivate, delivery, receivesOwn ? null : this);
    if (!acknowledges) return;
    if (isTooLarge) this.#socket.reply(this, ref, 'error', 'payload_size_exceeded');
    else this.#socket.reply(this, ref, 'ok', {});
  }

  /** Whoever receives one message too many is thrown out: after what goes on now, so that an answer still comes. */
  #countDelivery(): void {
    const { limits } = this.#services;
    limits.countMessages(1);
    if (limits.tooManyMessages) queueMicrotask(() => this.fail('Too many messages per second'));
  }

  async #callPresence(message: TextMessage): Promise<void> {
    const outcome = await this.#presenceCalls.handle(this.#access, message);
    if (!this.#isOpen) return;
    if ('closesWith' in outcome) this.fail(outcome.closesWith);
    else if ('crashes' in outcome) this.#socket.crash(this);
    else this.#socket.reply(this, message.ref, outcome.status, 'response' in outcome ? outcome.response : {});
  }

  #sendPresenceState(): void {
    if (!this.#access.canRead('presence')) return;
    if (!this.#services.limits.takePresence()) {
      this.fail('Too many presence messages per second');
      return;
    }
    const head = {
      joinRef: this.joinRef,
      ref: null,
      topic: wireTopic(this.topic),
      event: 'presence_state',
    };
    const state = this.#services.presence.state(this.topic, this.isPrivate);
    this.send(encodeText(this.version, head, state));
  }

  /** Never answered, unless the new token ends the channel. */
  async #changeToken(payload: unknown): Promise<void> {
    const offered = isObject(payload) ? payload.access_token : null;
    if (!isToken(offered) || offered === this.#token) return;
    const { tokens } = this.#services;
    const { claims, problem } = await tokens.verify(offered);
    if (problem !== undefined) return this.fail(channelProblem(problem));
    const asksPresence = this.#access.hasAskedToRead('presence');
    const access = await readAccess(this.#services, claims, this.topic, this.isPrivate, asksPresence).catch(
      () => 'unknown' as const,
    );
    if (access === 'unknown') return this.fail('Realtime was unable to connect to the project database');
    if (access === null) {
      return this.fail(`You do not have permissions to read from this Channel topic: ${this.topic}`);
    }
    // It may have been made to expire while the database was asked.
    const { problem: lateProblem } = await tokens.verify(offered);
    if (lateProblem !== undefined) return this.fail(channelProblem(lateProblem));
    if (!this.#isOpen) return;
    this.#token = offered;
    this.#access = access;
    this.#expiry.watch(claims.exp ?? 0);
    this.#subscription.renew();
  }
}
