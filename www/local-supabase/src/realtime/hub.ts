import type { Encoding } from './wire.js';

/** A broadcast on its way to the listeners of a topic. */
export type Delivery =
  | { form: 'text'; payload: string }
  | { form: 'binary'; event: string; metadata: string; encoding: Encoding; payload: Buffer };

/** Whom the hub delivers to: a joined channel. */
export interface Listener {
  readonly topic: string;
  readonly isPrivate: boolean;
  /** Whether its own messages come back to it. */
  readonly receivesOwn: boolean;
  deliver(delivery: Delivery): void;
}

/** Who listens to which topic. A private and a public topic of one name are two topics. */
export class Hub {
  readonly #topics = new Map<string, Set<Listener>>();

  add(listener: Listener): void {
    const key = topicKey(listener.topic, listener.isPrivate);
    const listeners = this.#topics.get(key) ?? new Set();
    this.#topics.set(key, listeners.add(listener));
  }

  remove(listener: Listener): void {
    const key = topicKey(listener.topic, listener.isPrivate);
    const listeners = this.#topics.get(key);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#topics.delete(key);
  }

  /** Sends to all listeners, except the channel that sends if it does not want its own messages. */
  broadcast(topic: string, isPrivate: boolean, delivery: Delivery, sender: Listener | null): void {
    for (const listener of this.#topics.get(topicKey(topic, isPrivate)) ?? []) {
      if (listener !== sender || listener.receivesOwn) listener.deliver(delivery);
    }
  }
}

function topicKey(topic: string, isPrivate: boolean): string {
  return `${isPrivate ? 'private' : 'public'}:${topic}`;
}
