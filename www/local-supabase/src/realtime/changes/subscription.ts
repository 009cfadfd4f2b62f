import type { Claims } from '../../database/caller.js';
import { isConnectionLoss } from '../../database/database.js';
import { messageOf } from '../../errors.js';
import type { RealtimeServices } from '../services.js';
import type { DelayRange } from '../settings.js';
import { pause } from '../warmth.js';
import { wireTopic } from '../wire/topics.js';
import { encodeText, type Frame, type Version } from '../wire/wire.js';
import type { RawBinding } from './bindings.js';
import type { Subscriber } from './feed.js';

/** What a subscription needs of its channel. */
export interface SubscribingChannel {
  readonly topic: string;
  readonly version: Version;
  readonly isOpen: boolean;
  readonly claims: Claims;
  send(frame: Frame): void;
  system(extension: string, status: 'ok' | 'error', message: string): void;
}

/**
 * A channel's bindings to the database. From the reply to the join until `Subscribed to PostgreSQL` it hears
 * nothing, and after a new token it goes on under the old one until it has subscribed again.
 */
export class ChangeSubscription implements Subscriber {
  readonly #channel: SubscribingChannel;
  readonly #services: RealtimeServices;
  readonly #bindings: readonly RawBinding[];
  readonly #isLegacy: boolean;
  #attempt = 0;

  constructor(
    channel: SubscribingChannel,
    services: RealtimeServices,
    bindings: readonly RawBinding[],
    isLegacy: boolean,
  ) {
    this.#channel = channel;
    this.#services = services;
    this.#bindings = bindings;
    this.#isLegacy = isLegacy;
  }

  get isOpen(): boolean {
    return this.#channel.isOpen;
  }

  start(): void {
    this.#subscribeAfter(this.#services.settings.subscriptionDelayMs);
  }

  /** After the channel's token was replaced. */
  renew(): void {
    this.#subscribeAfter(this.#services.settings.resubscriptionDelayMs);
  }

  stop(): void {
    this.#attempt += 1;
    this.#services.changes.unsubscribe(this);
  }

  /** `data` and `ids` are JSON text. The oldest API's clients get the change itself, under its own name. */
  deliverChange(type: string, data: string, ids: string): void {
    const { version, topic } = this.#channel;
    const event = this.#isLegacy ? type : 'postgres_changes';
    const payload = this.#isLegacy ? data : `{"data":${data},"ids":${ids}}`;
    const head = { joinRef: null, ref: null, topic: wireTopic(topic), event };
    this.#channel.send(encodeText(version, head, payload));
  }

  async #subscribeAfter(delay: DelayRange): Promise<void> {
    if (this.#bindings.length === 0) return;
    this.#attempt += 1;
    const attempt = this.#attempt;
    const isCurrent = () => attempt === this.#attempt && this.isOpen;
    await this.#services.warmth.warmUp();
    await pause(delay);
    while (isCurrent()) {
      try {
        await this.#services.changes.subscribe(this, this.#channel.claims, this.#bindings);
        if (isCurrent()) this.#channel.system('postgres_changes', 'ok', 'Subscribed to PostgreSQL');
        return;
      } catch (cause) {
        if (!isCurrent()) return;
        if (!isConnectionLoss(cause)) {
          this.#channel.system('postgres_changes', 'error', messageOf(cause));
          return;
        }
      }
      await pause(this.#services.settings.retrySubscriptionDelayMs);
    }
  }
}
