import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Recall } from './database.js';

const mostBetweenAttemptsMs = 1_000;

interface Channel {
  listener: (payload: string) => void;
  recall: Recall | null;
  /** What is heard while a recall runs: it comes after what the recall finds. */
  held: string[] | null;
}

/**
 * The one connection that notifications come on. When it breaks it is opened again, and what nobody has taken
 * meanwhile is recalled from the tables.
 */
export class NotificationListener {
  readonly #options: pg.ClientConfig;
  readonly #channels = new Map<string, Channel>();
  readonly #closing = new AbortController();
  #client: pg.Client | null = null;

  constructor(options: pg.ClientConfig) {
    this.#options = options;
  }

  async listen(name: string, listener: (payload: string) => void, recall: Recall | null): Promise<void> {
    this.#channels.set(name, { listener, recall, held: null });
    if (this.#client === null) await this.#connect(false);
    else await this.#client.query(`listen ${pg.escapeIdentifier(name)}`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.end();
  }

  async #connect(isAgain: boolean): Promise<void> {
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
        if (isAgain && channel.recall !== null) channel.held = [];
        await client.query(`listen ${pg.escapeIdentifier(name)}`);
        if (isAgain) await recall(client, channel);
      }
    } catch (cause) {
      await client.end().catch(() => {});
      throw cause;
    }
    if (this.#closing.signal.aborted) await client.end();
    else this.#client = client;
  }

  #hear(name: string, payload: string): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    if (channel.held === null) channel.listener(payload);
    else channel.held.push(payload);
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
}

async function recall(client: pg.Client, channel: Channel): Promise<void> {
  if (channel.recall === null) return;
  const { rows } = await client.query<{ payload: string }>(
    `select payload::text from (${channel.recall}) as _`,
  );
  const found = new Set(rows.map(({ payload }) => payload));
  const held = channel.held ?? [];
  channel.held = null;
  for (const payload of found) channel.listener(payload);
  for (const payload of held) if (!found.has(payload)) channel.listener(payload);
}
