import { setTimeout as sleep } from 'node:timers/promises';
import { joinResponse } from './changes/bindings.js';
import { Channel } from './channel.js';
import { decideJoin, type Refusal } from './join.js';
import { SerialQueue } from './serialQueue.js';
import type { RealtimeServices } from './services.js';
import type { Transport } from './transport.js';
import { channelOf, wireTopic } from './wire/topics.js';
import {
  type BinaryMessage,
  decodeBinary,
  decodeText,
  encodeText,
  type Frame,
  type TextMessage,
  type Version,
} from './wire/wire.js';

/** What a socket has to know of the others. */
export interface SocketNeighbours {
  /** How many other sockets have a channel. */
  othersWithChannels(socket: Socket): number;
}

/**
 * One client's connection: takes its frames in order and keeps its channels by topic.
 *
 * The real server has a process for the connection and one for each channel. The connection's own answers (to
 * heartbeats, joins, unknown topics) go out at once; what a channel says waits in its mailbox until the frames that
 * have come are dealt with, and a refused join makes that take seconds.
 */
export class Socket {
  readonly version: Version;
  readonly #transport: Transport;
  readonly #services: RealtimeServices;
  readonly #neighbours: SocketNeighbours;
  readonly #token: string;
  readonly #channels = new Map<string, Channel>();
  readonly #incoming = new SerialQueue(() => this.#emptyMailbox());
  #mailbox: Frame[] = [];
  readonly #idleTimer: NodeJS.Timeout;

  constructor(
    transport: Transport,
    services: RealtimeServices,
    neighbours: SocketNeighbours,
    version: Version,
    token: string,
  ) {
    this.version = version;
    this.#transport = transport;
    this.#services = services;
    this.#neighbours = neighbours;
    this.#token = token;
    this.#idleTimer = setTimeout(() => transport.close(1000), services.settings.idleTimeoutMs);
    transport.onFrame((data, isBinary) => {
      this.#idleTimer.refresh();
      this.#incoming.add(() => this.#receive(data, isBinary));
    });
    transport.closed.then(() => {
      clearTimeout(this.#idleTimer);
      for (const channel of this.#channels.values()) channel.dispose();
      this.#channels.clear();
    });
  }

  get channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  get channelCount(): number {
    return this.#channels.size;
  }

  /** What a channel says. */
  send(frame: Frame): void {
    if (this.#incoming.isRunning) this.#mailbox.push(frame);
    else this.#transport.send(frame);
  }

  /** Ends it as a server does whose project was changed: each channel is told before. */
  disconnect(): void {
    const payload = '{"message":"Server requested disconnect","status":"ok","extension":"system"}';
    for (const { topic } of this.#channels.values()) {
      const head = { joinRef: null, ref: null, topic: wireTopic(topic), event: 'system' };
      this.#transport.send(encodeText(this.version, head, payload));
    }
    this.#transport.close(1012);
  }

  reply(channel: Channel, ref: unknown, status: 'ok' | 'error', response: unknown): void {
    const head = { joinRef: channel.joinRef, ref, topic: wireTopic(channel.topic), event: 'phx_reply' };
    this.send(encodeText(this.version, head, JSON.stringify({ status, response })));
  }

  close(channel: Channel): void {
    this.#end(channel, 'phx_close', '{}');
  }

  crash(channel: Channel): void {
    this.#end(channel, 'phx_error', '{"reason":"channel_crash"}');
  }

  #end(channel: Channel, event: string, payload: string): void {
    channel.dispose();
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic);
    const { joinRef } = channel;
    const head = { joinRef, ref: joinRef, topic: wireTopic(channel.topic), event };
    this.send(encodeText(this.version, head, payload));
  }

  #emptyMailbox(): void {
    const frames = this.#mailbox;
    this.#mailbox = [];
    for (const frame of frames) this.#transport.send(frame);
  }

  #receive(data: Buffer, isBinary: boolean): Promise<void> | void {
    // Version 1 takes text that comes as bytes for text.
    const message =
      isBinary && this.version === '2.0.0' ? decodeBinary(data) : decodeText(this.version, data.toString());
    if (message === null) return;
    if (message.topic === 'phoenix' && message.event === 'heartbeat') {
      this.#answer(null, message.ref, message.topic, 'ok', {});
      return;
    }
    const topic = channelOf(message.topic);
    if (topic === null) {
      this.#refuseTopic(message);
      return;
    }
    if (message.event !== 'phx_join') this.#push(topic, message);
    else if (message.kind === 'text') return this.#join(topic, message);
  }

  #push(topic: string, message: TextMessage | BinaryMessage): void {
    const channel = this.#channels.get(topic);
    if (channel !== undefined) channel.receive(message);
    else if (message.event === 'phx_leave') {
      this.#answer(message.joinRef, message.ref, message.topic, 'ok', {});
    } else this.#refuseTopic(message);
  }

  async #join(topic: string, { joinRef, ref, payload }: TextMessage): Promise<void> {
    const previous = this.#channels.get(topic);
    const decision = await decideJoin(this.#services, {
      topic,
      joinRef,
      payload,
      socketToken: this.#token,
      otherChannels: this.#channels.size - (previous === undefined ? 0 : 1),
      otherConnections: () => this.#neighbours.othersWithChannels(this),
    });
    const result = this.#transport.settleJoin(topic, decision);
    if (!this.#transport.isOpen) return;
    if (result.refusal !== undefined) return this.#refuseJoin(topic, joinRef, ref, result.refusal);
    const channel = new Channel(this, this.#services, result.options);
    const response = joinResponse(result.options.bindings);
    this.#answerJson(joinRef, ref, wireTopic(topic), `{"status":"ok","response":${response}}`);
    if (previous?.isOpen) this.close(previous);
    this.#channels.set(topic, channel);
    channel.open(result.replayed);
  }

  /** A refusal holds up the whole socket: what is sent meanwhile comes after it. It ends an earlier join of the topic too. */
  async #refuseJoin(topic: string, joinRef: unknown, ref: unknown, refusal: Refusal): Promise<void> {
    const previous = this.#channels.get(topic);
    if (previous !== undefined) this.close(previous);
    await sleep(this.#services.settings.refusedJoinDelayMs);
    if (!this.#transport.isOpen) return;
    this.#answer(joinRef, ref, wireTopic(topic), 'error', { reason: refusal.reason });
    if (refusal.closesSocket) this.#transport.close(1001);
  }

  #refuseTopic({ ref, topic }: TextMessage | BinaryMessage): void {
    this.#answer(null, ref, topic, 'error', { reason: 'unmatched topic' });
  }

  #answer(joinRef: unknown, ref: unknown, topic: unknown, status: 'ok' | 'error', response: unknown): void {
    this.#answerJson(joinRef, ref, topic, JSON.stringify({ status, response }));
  }

  /** What the connection itself says: it does not wait behind what the channels say. */
  #answerJson(joinRef: unknown, ref: unknown, topic: unknown, payload: string): void {
    const head = { joinRef, ref, topic, event: 'phx_reply' };
    this.#transport.send(encodeText(this.version, head, payload));
  }
}
