import type { Channel } from './channel.js';
import type { Encoding } from './wire.js';

/** A broadcast on its way to the listeners of a topic. */
export type Delivery =
  | { form: 'text'; payload: string }
  | { form: 'binary'; event: string; metadata: string; encoding: Encoding; payload: Buffer };

/** Who listens to which topic. A private and a public topic of one name are two topics. */
export class Hub {
  readonly #topics = new Map<string, Set<Channel>>();

  add(channel: Channel): void {
    const key = topicKey(channel.topic, channel.isPrivate);
    const channels = this.#topics.get(key) ?? new Set();
    this.#topics.set(key, channels.add(channel));
  }

  remove(channel: Channel): void {
    const key = topicKey(channel.topic, channel.isPrivate);
    const channels = this.#topics.get(key);
    channels?.delete(channel);
    if (channels?.size === 0) this.#topics.delete(key);
  }

  /** Sends to all listeners, except the channel that sends if it does not want its own messages. */
  broadcast(topic: string, isPrivate: boolean, delivery: Delivery, sender: Channel | null): void {
    for (const channel of this.#topics.get(topicKey(topic, isPrivate)) ?? []) {
      if (channel !== sender || channel.receivesOwn) channel.deliver(delivery);
    }
  }
}

function topicKey(topic: string, isPrivate: boolean): string {
  return `${isPrivate ? 'private' : 'public'}:${topic}`;
}
