/// <reference lib="esnext.disposable" preserve="true" />

import { Emitter, report } from './emitter.js';
import { DashboardError, type ErrorFields, toError } from './errors.js';
import { init, isLoaded } from './module.js';
import { type Connected, connectSupabase, type SupabaseRealtimeOptions } from './supabase.js';
import type {
  RealtimeEvents,
  RealtimeOptions,
  RealtimeStats,
  SubscriptionOptions,
  SubscriptionStatus,
} from './types.js';
import { RealtimeClient } from './wedsync_dashboard.js';

type Notification =
  | { type: 'connection'; state: ConnectionState }
  | { type: 'connected' }
  | { type: 'disconnected'; code: number; reason: string }
  | { type: 'status'; id: string; status: SubscriptionStatus }
  | { type: 'continuity'; id: string }
  | { type: 'error'; id?: string; error: ErrorFields }
  | { type: 'failed'; id: string; error: ErrorFields }
  | { type: 'settled'; call: number; error?: ErrorFields };

interface Settle {
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Held {
  options: SubscriptionOptions;
  waiting: Settle[];
  /** As last told to `onStatus`; none while the module loads and the core does not know of it. */
  status: SubscriptionStatus | undefined;
}

/** The state of the one connection. */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'disconnected';

const NO_STATS: RealtimeStats = {
  frames: 0,
  bytes: 0,
  malformed: 0,
  unrouted: 0,
  connections: 0,
  joins: 0,
};

/**
 * Live subscriptions over one socket, which opens with the first of them and heals itself.
 *
 * May be constructed anywhere, before `init()` and on a server; it connects nothing until `subscribe`.
 *
 * @example
 * ```ts
 * const realtime = new RealtimeSubscriptionManager({ url, key, accessToken: () => session.access_token });
 * await realtime.subscribe('activity', {
 *   channel: 'activity',
 *   table: 'activity',
 *   filter: 'supplier_id=eq.7',
 *   onData: (change) => console.log(change.type, change.record),
 *   onContinuity: () => refetch(),
 * });
 * ```
 */
export class RealtimeSubscriptionManager {
  readonly #connected: Connected;
  #unfollow: (() => void) | undefined;
  readonly #events = new Emitter<RealtimeEvents & { state: ConnectionState }>();
  readonly #held = new Map<string, Held>();
  readonly #calls = new Map<number, Settle>();
  #client: RealtimeClient | undefined;
  #state: ConnectionState = 'idle';
  #lastCall = 0;
  #closed = false;

  /**
   * @throws {DashboardError} at once if the module is loaded, otherwise at the first asynchronous call:
   * `invalid_option`, `unknown_option`, `invalid_url`, `missing_key`. What is wrong with `supabase` always at once.
   */
  constructor(options: RealtimeOptions | SupabaseRealtimeOptions) {
    this.#connected = connectSupabase(options);
    if (isLoaded()) this.#start();
  }

  /**
   * Subscribes under an id of your choice. Resolves once the subscription is truly live: for changes of the database,
   * once the server has said that its own subscription is. The same id with the same options is a no-op (the callbacks
   * are replaced); with other options it replaces the subscription.
   *
   * @throws {DashboardError} for wrong options (what the id stood for stays), and for what no retry can mend:
   * `join_refused`, `subscription_refused`, `topic_conflict`, `max_reconnect_attempts`; `unsubscribed` if it ended before
   * it was live. While it is being retried the promise stays pending and `onError` is told; with `autoReconnect: false`
   * nothing is retried, and it rejects with whatever error comes first.
   */
  subscribe(id: string, options: SubscriptionOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const former = this.#held.get(id);
      const waiting = [...(former?.waiting ?? []), { resolve, reject }];
      const held = { options, waiting, status: former?.status };
      this.#held.set(id, held);
      const begin = () => {
        // Ended or replaced while the module was loading.
        if (this.#held.get(id) !== held) return;
        this.#start().subscribe(id, options, (message: never) => options.onData(message));
      };
      const fail = (error: unknown) => {
        if (this.#held.get(id) === held) {
          if (former) this.#held.set(id, former);
          else this.#held.delete(id);
        }
        reject(toError(error));
      };
      this.#whenLoaded(begin, fail);
    });
  }

  /** Ends a subscription. An unknown id is a no-op. */
  async unsubscribe(id: string): Promise<void> {
    const held = this.#held.get(id);
    if (!held) return;
    if (held.status === undefined) this.#statusChanged(id, 'closed');
    else this.#client?.unsubscribe(id);
  }

  /** Ends all subscriptions; an open socket stays open. */
  async unsubscribeAll(): Promise<void> {
    for (const id of [...this.#held.keys()]) void this.unsubscribe(id);
  }

  /** Whether the socket is open. `false` before the first subscription. */
  getConnectionStatus(): boolean {
    return this.#state === 'connected';
  }

  /** The state of the connection: `idle` before the first subscription and after `disconnect()`. */
  getConnectionState(): ConnectionState {
    return this.#state;
  }

  /** Listens; returns the function that ends it. */
  on<Name extends keyof RealtimeEvents>(
    name: Name,
    listener: (value: RealtimeEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Listens once. */
  once<Name extends keyof RealtimeEvents>(
    name: Name,
    listener: (value: RealtimeEvents[Name]) => void,
  ): () => void {
    return this.#events.once(name, listener);
  }

  /** Ends a listening. */
  off<Name extends keyof RealtimeEvents>(name: Name, listener: (value: RealtimeEvents[Name]) => void): void {
    this.#events.off(name, listener);
  }

  /** Listens to {@link getConnectionState}; returns the function that ends it. */
  onConnectionState(listener: (state: ConnectionState) => void): () => void {
    return this.#events.on('state', listener);
  }

  /**
   * Sends a broadcast on the channel of a subscription. Resolves when it has been handed to the socket: broadcasts are
   * not acknowledged.
   *
   * @throws {DashboardError} `unknown_subscription`; `not_joined` while the channel is not joined; `invalid_option` for
   * a subscription to changes, and for a payload that is not JSON.
   */
  send(id: string, event: string, payload: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#lastCall += 1;
      const call = this.#lastCall;
      const begin = () => {
        this.#calls.set(call, { resolve, reject });
        this.#start().send(call, id, event, payload);
      };
      this.#whenLoaded(begin, (error) => {
        this.#calls.delete(call);
        reject(toError(error));
      });
    });
  }

  /**
   * Sets the access token of all channels, now and at later joins; `null` for the key's own role. Where `accessToken`
   * is a function it stays the source: it is asked again at the next connection and ahead of the token's end.
   *
   * @throws {DashboardError} `invalid_option` for an empty string.
   */
  setAuth(token: string | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        this.#start().setAuth(token);
        resolve();
      };
      this.#whenLoaded(begin, (error) => {
        reject(toError(error));
      });
    });
  }

  /** The counters. All 0 before the first subscription. */
  stats(): RealtimeStats {
    return this.#client ? (this.#client.stats() as RealtimeStats) : { ...NO_STATS };
  }

  /** Ends all subscriptions, closes the socket and leaves nothing running. A later `subscribe` begins anew. */
  disconnect(): void {
    void this.unsubscribeAll();
    this.#client?.disconnect();
  }

  /** As {@link disconnect}, for good: gives back all it holds, and later calls fail with `closed`. */
  close(): void {
    this.disconnect();
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    this.#unfollow?.();
    // This may be a callback of the client's own: it can only be freed once that has returned.
    queueMicrotask(() => client?.free());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** At once if the module is there, so that calls keep their order; otherwise once it is. */
  #whenLoaded(begin: () => void, fail: (error: unknown) => void): void {
    const attempt = () => {
      try {
        begin();
      } catch (error) {
        fail(error);
      }
    };
    if (isLoaded()) attempt();
    else init().then(attempt, fail);
  }

  #start(): RealtimeClient {
    if (this.#closed) throw new DashboardError('closed', 'This manager was closed. Make another one.');
    try {
      this.#client ??= new RealtimeClient(this.#connected.options, (batch: Notification[]) => {
        for (const notification of batch) this.#notified(notification);
      });
      this.#unfollow ??= this.#connected.follow((token) => this.#client?.setAuth(token));
      return this.#client;
    } catch (error) {
      throw toError(error);
    }
  }

  #notified(notification: Notification): void {
    switch (notification.type) {
      case 'connection':
        if (this.#state === notification.state) break;
        this.#state = notification.state;
        this.#events.emit('state', notification.state);
        break;
      case 'connected':
        this.#events.emit('connected', undefined);
        break;
      case 'disconnected': {
        const { code, reason } = notification;
        this.#events.emit('disconnected', { code, reason });
        break;
      }
      case 'status':
        this.#statusChanged(notification.id, notification.status);
        break;
      case 'continuity': {
        const { id } = notification;
        report(() => this.#held.get(id)?.options.onContinuity?.('lost'));
        this.#events.emit('continuity', { id, continuity: 'lost' });
        break;
      }
      case 'error':
        this.#failing(notification.id, toError(notification.error) as DashboardError);
        break;
      case 'failed':
        this.#failed(notification.id, toError(notification.error) as DashboardError);
        break;
      case 'settled': {
        const settle = this.#calls.get(notification.call);
        this.#calls.delete(notification.call);
        if (notification.error) settle?.reject(toError(notification.error));
        else settle?.resolve();
      }
    }
  }

  #statusChanged(id: string, status: SubscriptionStatus): void {
    const held = this.#held.get(id);
    if (!held) return;
    if (status === 'live') for (const { resolve } of held.waiting.splice(0)) resolve();
    if (status === 'closed') {
      this.#drop(id);
      const error = new DashboardError('unsubscribed', `"${id}" was unsubscribed before it was live.`);
      for (const { reject } of held.waiting.splice(0)) reject(error);
    }
    const changed = held.status !== status;
    held.status = status;
    if (changed) report(() => held.options.onStatus?.(status));
  }

  #failing(id: string | undefined, error: DashboardError): void {
    if (id === undefined) {
      this.#events.emit('error', { error });
      return;
    }
    report(() => this.#held.get(id)?.options.onError?.(error));
    this.#events.emit('error', { id, error });
  }

  #failed(id: string, error: DashboardError): void {
    const held = this.#held.get(id);
    this.#drop(id);
    for (const { reject } of held?.waiting.splice(0) ?? []) reject(error);
    report(() => held?.options.onError?.(error));
    this.#events.emit('error', { id, error });
    if (error.code === 'max_reconnect_attempts') this.#events.emit('max-reconnect-attempts', { id });
  }

  #drop(id: string): void {
    this.#held.delete(id);
    this.#client?.release(id);
  }
}
