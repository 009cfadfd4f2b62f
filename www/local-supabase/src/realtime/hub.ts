import type { Delivery } from './wire/deliveries.js';

/** Whom the hub delivers to: a joined channel. */
export interface Listener {
  readonly topic: string;
  readonly isPrivate: boolean;
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

  /** Sends to all listeners of a topic but `except`. */
  send(topic: string, isPrivate: boolean, delivery: Delivery, except: Listener | null = null): void {
    for (const listener of this.#topics.get(topicKey(topic, isPrivate)) ?? []) {
      if (listener !== except) listener.deliver(delivery);
    }
  }
}

/** Tells a private topic from the public one of the same name. */
export function topicKey(topic: string, isPrivate: boolean): string {
  return `${isPrivate ? 'private' : 'public'}:${topic}`;
}
