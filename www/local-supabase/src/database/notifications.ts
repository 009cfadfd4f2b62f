import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Recall, recallMinutes } from './database.js';

const mostBetweenAttemptsMs = 1_000;

interface Channel {
  listener: (payload: string) => void;
  recall: Recall | null;
  /** What was heard or recalled lately, in two generations: the older one goes when the other is old enough. */
  known: Set<string>;
  knownBefore: Set<string>;
  /** What a recall announced, and the server may announce once more. */
  recalled: Set<string>;
  /** What arrives while a recall runs. */
  held: string[] | null;
}

/**
 * The one connection that notifications come on. When it breaks it is opened again, and what was announced
 * meanwhile is recalled from the tables, so that listeners hear everything, once.
 */
export class NotificationListener {
  readonly #options: pg.ClientConfig;
  readonly #channels = new Map<string, Channel>();
  readonly #aging: NodeJS.Timeout;
  readonly #closing = new AbortController();
  #client: pg.Client | null = null;

  constructor(options: pg.ClientConfig) {
    this.#options = options;
    this.#aging = setInterval(() => this.#forget(), recallMinutes * 60_000).unref();
  }

  async listen(name: string, listener: (payload: string) => void, recall: Recall | null): Promise<void> {
    const channel: Channel = {
      listener,
      recall,
      known: new Set(),
      knownBefore: new Set(),
      recalled: new Set(),
      held: null,
    };
    this.#channels.set(name, channel);
    if (this.#client === null) {
      await this.#connect(false);
      return;
    }
    await this.#client.query(`listen ${pg.escapeIdentifier(name)}`);
    await this.#recall(this.#client, channel, false);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#aging);
    await this.#client?.end();
  }

  async #connect(announces: boolean): Promise<void> {
    const client = new pg.Client(this.#options);
    client.on('notification', ({ channel, payload }) => this.#hear(channel, payload ?? ''));
    client.on('error', () => {});
    client.once('end', () => {
      if (this.#client === client) this.#reconnect();
    });
    try {
      await client.connect();
      for (const [name, channel] of this.#channels) {
        // Listening comes first: whatever commits after it is heard, whatever committed before it can be read.
        if (channel.recall !== null) channel.held ??= [];
        await client.query(`listen ${pg.escapeIdentifier(name)}`);
        await this.#recall(client, channel, announces);
      }
    } catch (cause) {
      await client.end().catch(() => {});
      throw cause;
    }
    if (this.#closing.signal.aborted) await client.end();
    else this.#client = client;
  }

  /** The first time, what is in the tables already is history, not news. */
  async #recall(client: pg.Client, channel: Channel, announces: boolean): Promise<void> {
    if (channel.recall === null) return;
    const { rows } = await client.query<{ payload: string }>(
      `select payload::text from (${channel.recall}) as _`,
    );
    for (const { payload } of rows) {
      const isNews = !channel.known.has(payload) && !channel.knownBefore.has(payload);
      channel.known.add(payload);
      if (!announces || !isNews) continue;
      channel.recalled.add(payload);
      channel.listener(payload);
    }
    const held = channel.held ?? [];
    channel.held = null;
    for (const payload of held) this.#announce(channel, payload);
  }

  #hear(name: string, payload: string): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    if (channel.held === null) this.#announce(channel, payload);
    else channel.held.push(payload);
  }

  #announce(channel: Channel, payload: string): void {
    if (channel.recall !== null) channel.known.add(payload);
    if (!channel.recalled.delete(payload)) channel.listener(payload);
  }

  async #reconnect(): Promise<void> {
    this.#client = null;
    const { signal } = this.#closing;
    for (let waitMs = 0; !signal.aborted; waitMs = Math.min(waitMs + 100, mostBetweenAttemptsMs)) {
      try {
        await sleep(waitMs, undefined, { signal });
        await this.#connect(true);
        return;
      } catch {
        // Still unreachable, or closed: the loop's condition tells.
      }
    }
  }

  #forget(): void {
    for (const channel of this.#channels.values()) {
      channel.knownBefore = channel.known;
      channel.known = new Set();
      channel.recalled.clear();
    }
  }
}
