import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../http/body.js';
import { Channel, type ChannelServices } from './channel.js';
import { decideJoin, joinResponse } from './join.js';
import { SerialQueue } from './serialQueue.js';
import type { RealtimeSettings } from './settings.js';
import type { Transport } from './transport.js';
import { type BinaryPush, decodeBinary, decodeText, encodeText, type Message, type Version } from './wire.js';

const topicPrefix = 'realtime:';

/** One client's connection: takes its frames in order and keeps its channels by topic. */
export class Socket {
  readonly version: Version;
  readonly closed: Promise<void>;
  readonly #transport: Transport;
  readonly #services: ChannelServices;
  readonly #settings: RealtimeSettings;
  readonly #token: string;
  readonly #channels = new Map<string, Channel>();
  readonly #incoming = new SerialQueue();
  /** Frames that wait while a refused join blocks the socket. */
  #held: (string | Buffer)[] | null = null;
  #idleTimer: NodeJS.Timeout;

  constructor(
    transport: Transport,
    services: ChannelServices,
    settings: RealtimeSettings,
    version: Version,
    token: string,
  ) {
    this.version = version;
    this.#transport = transport;
    this.#services = services;
    this.#settings = settings;
    this.#token = token;
    this.#idleTimer = this.#startIdleTimer();
    transport.onFrame((data, isBinary) => {
      clearTimeout(this.#idleTimer);
      this.#idleTimer = this.#startIdleTimer();
      this.#incoming.add(() => this.#receive(data, isBinary));
    });
    this.closed = transport.closed;
    this.closed.then(() => {
      clearTimeout(this.#idleTimer);
      for (const channel of this.#channels.values()) channel.dispose();
      this.#channels.clear();
    });
  }

  get channelCount(): number {
    return this.#channels.size;
  }

  get channels(): Channel[] {
    return [...this.#channels.values()];
  }

  send(frame: string | Buffer): void {
    if (this.#held === null) this.#transport.send(frame);
    else this.#held.push(frame);
  }

  reply(channel: Channel, ref: unknown, status: 'ok' | 'error', response: unknown): void {
    this.#reply(channel.joinRef, ref, topicPrefix + channel.topic, status, response);
  }

  /** Closes a channel and says so. */
  close(channel: Channel): void {
    channel.dispose();
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic);
    const { joinRef } = channel;
    const head = { joinRef, ref: joinRef, topic: topicPrefix + channel.topic, event: 'phx_close' };
    this.send(encodeText(this.version, head, '{}'));
  }

  async #receive(data: Buffer, isBinary: boolean): Promise<void> {
    if (isBinary && this.version === '2.0.0') {
      const push = decodeBinary(data);
      if (push !== null) this.#receiveBroadcast(push);
      return;
    }
    const message = decodeText(this.version, data.toString());
    if (message !== null) await this.#receiveMessage(message);
  }

  async #receiveMessage(message: Message): Promise<void> {
    const { topic, event, ref } = message;
    if (topic === 'phoenix' && event === 'heartbeat') {
      this.#reply(null, ref, topic, 'ok', {});
    } else if (typeof topic !== 'string' || !topic.startsWith(topicPrefix)) {
      this.#refuseTopic(ref, topic);
    } else if (event === 'phx_join') {
      await this.#join(topic.slice(topicPrefix.length), message);
    } else {
      await this.#push(topic, message);
    }
  }

  async #push(topic: string, { joinRef, ref, event, payload }: Message): Promise<void> {
    const channel = this.#channels.get(topic.slice(topicPrefix.length));
    if (channel === undefined) {
      if (event === 'phx_leave') this.#reply(joinRef, ref, topic, 'ok', {});
      else this.#refuseTopic(ref, topic);
      return;
    }
    switch (event) {
      case 'phx_leave':
        // A leave of an earlier join must not end the present one.
        if (joinRef !== null && joinRef !== channel.joinRef) return;
        this.reply(channel, ref, 'ok', {});
        this.close(channel);
        return;
      case 'access_token':
        await channel.changeToken(payload);
        return;
      case 'broadcast':
        channel.broadcast(ref, { form: 'text', payload: JSON.stringify(payload) });
        return;
      case 'presence':
        this.reply(channel, ref, 'error', { reason: 'Presence is not part of local-supabase yet' });
        return;
    }
  }

  #receiveBroadcast({ ref, topic, event, encoding, payload }: BinaryPush): void {
    const channel = topic.startsWith(topicPrefix)
      ? this.#channels.get(topic.slice(topicPrefix.length))
      : undefined;
    if (channel === undefined) this.#refuseTopic(ref, topic);
    else channel.broadcast(ref, { form: 'binary', event, metadata: '', encoding, payload });
  }

  async #join(topic: string, { joinRef, ref, payload }: Message): Promise<void> {
    const request = { topic, joinRef, payload, socketToken: this.#token };
    const result = this.#transport.settleJoin(topic, await decideJoin(this.#services, request));
    if (!this.#transport.isOpen) return;
    if (result.refusal !== undefined) {
      await this.#refuseJoin(() =>
        this.#reply(joinRef, ref, topicPrefix + topic, 'error', { reason: result.refusal }),
      );
      return;
    }
    const channel = new Channel(this, this.#services, result.options);
    const previous = this.#channels.get(topic);
    this.reply(channel, ref, 'ok', joinResponse(result.options));
    if (previous !== undefined) this.close(previous);
    this.#channels.set(topic, channel);
    channel.open();
    if (isObject(payload) && isObject(payload.config) && wantsPresence(payload.config)) {
      const head = { joinRef, ref: null, topic: topicPrefix + topic, event: 'presence_state' };
      this.send(encodeText(this.version, head, '{}'));
    }
  }

  /** As on the real server, a refusal holds up the whole socket: what is sent meanwhile comes after it. */
  async #refuseJoin(answer: () => void): Promise<void> {
    this.#held = [];
    await sleep(this.#settings.refusedJoinDelayMs);
    const held = this.#held;
    this.#held = null;
    if (!this.#transport.isOpen) return;
    answer();
    for (const frame of held) this.send(frame);
  }

  #refuseTopic(ref: unknown, topic: unknown): void {
    this.#reply(null, ref, topic, 'error', { reason: 'unmatched topic' });
  }

  #reply(joinRef: unknown, ref: unknown, topic: unknown, status: 'ok' | 'error', response: unknown): void {
    const head = { joinRef, ref, topic, event: 'phx_reply' };
    this.send(encodeText(this.version, head, JSON.stringify({ status, response })));
  }

  #startIdleTimer(): NodeJS.Timeout {
    return setTimeout(() => this.#transport.close(1000), this.#settings.idleTimeoutMs);
  }
}

function wantsPresence(config: Record<string, unknown>): boolean {
  return isObject(config.presence) && config.presence.enabled === true;
}
