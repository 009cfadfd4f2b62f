/// <reference lib="esnext.disposable" preserve="true" />

import { checkEvent, checkId, checkListener, copied } from './arguments.js';
import { Client, sharing } from './client.js';
import { Emitter } from './emitter.js';
import { checkListening } from './listening.js';
import type { ConnectionState, PresenceState, SubscriptionStatus, Tabs } from './messages.js';
import { isLoaded } from './module.js';
import { checkedHttpSend, type HttpSendOptions } from './options/http.js';
import { checkedManager, type RealtimeOptions, type SupabaseRealtimeOptions } from './options/manager.js';
import { contentOf, presenceStateOf } from './options/payload.js';
import { checkedSubscription, type SubscriptionOptions } from './options/subscription.js';
import { checkToken } from './options/token.js';
import { NO_STATS } from './stats.js';
import { connectSupabase } from './supabase.js';
import { reporting } from './taps.js';
import { Telling } from './telling.js';
import type { RealtimeEvents, RealtimeStats, SubscriptionInfo } from './types.js';
import { unsubscribed, type Wish, Wishes } from './wishes.js';

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
  readonly #events = new Emitter<RealtimeEvents & { state: ConnectionState }>();
  readonly #client: Client;
  readonly #telling: Telling;
  readonly #wishes: Wishes;
  /** The call of `connect` that holds the socket open. */
  #kept: symbol | undefined;

  /**
   * @throws {DashboardError} `invalid_option`, `unknown_option`, `invalid_url`, `missing_key`.
   */
  constructor(options: RealtimeOptions | SupabaseRealtimeOptions) {
    const { options: given, follow } = connectSupabase(copied('RealtimeSubscriptionManager', options));
    const client = new Client(reporting(checkedManager(given)), follow, (notification, turn) =>
      this.#telling.tell(notification, turn),
    );
    this.#client = sharing(this, client);
    this.#telling = new Telling(this.#events, this.#client);
    this.#wishes = new Wishes(this.#client.calls);
    if (isLoaded()) this.#client.start();
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
    let wish: Wish | undefined;
    return this.#client.call(
      (call) => {
        checkId('subscribe', id);
        const wanted = this.#wishes.add(id, call);
        wish = wanted;
        const { subscription, delivery, callbacks } = checkedSubscription(id, options);
        const subscriber = { channel: subscription.channel, callbacks };
        this.#wishes.read(wanted, subscriber);
        const take = (isSame: boolean) => this.#telling.take(id, subscriber, isSame);
        return (client) => {
          if (!this.#wishes.take(wanted)) return;
          client.subscribe(call, id, subscription, delivery, callbacks.onData, take);
        };
      },
      'unsubscribed',
      () => wish && this.#wishes.take(wish),
    );
  }

  /**
   * Ends a subscription. An unknown id is a no-op.
   *
   * @throws {DashboardError} `invalid_option` for what is no id.
   */
  async unsubscribe(id: string): Promise<void> {
    checkId('unsubscribe', id);
    this.#end(id);
  }

  /** Ends all subscriptions; an open socket stays open. */
  async unsubscribeAll(): Promise<void> {
    for (const id of [...this.#wishes.latest().keys(), ...this.#telling.subscribers.keys()]) this.#end(id);
  }

  #end(id: string): void {
    this.#wishes.end(id);
    const subscriber = this.#telling.subscribers.get(id);
    if (!subscriber) return;
    this.#client.present?.unsubscribe(id);
    // Also where the module has given it up: the application ends it before it is told of the failure.
    this.#client.calls.endOf(id, unsubscribed());
    // The module has given it up, and is about to tell so.
    if (this.#telling.subscribers.get(id) === subscriber) this.#telling.statusChanged(id, 'closed');
  }

  /** The subscriptions there are, those that are being retried included. */
  getSubscriptions(): SubscriptionInfo[] {
    const { subscribers } = this.#telling;
    const known = [...subscribers].flatMap(([id, { channel }]) => {
      const status = this.#client.present?.status(id) as SubscriptionStatus | undefined;
      return status === undefined ? [] : [{ id, channel, status }];
    });
    const wished = [...this.#wishes.latest()].flatMap(([id, subscriber]) =>
      subscriber ? [{ id, channel: subscriber.channel, status: 'joining' as const }] : [],
    );
    return [...known, ...wished];
  }

  /**
   * Opens the socket before the first subscription, and keeps it open until {@link disconnect}. Resolves when that has
   * begun; listen to `connected` for its end.
   *
   * @throws {DashboardError} `closed`, and what loading the module throws.
   */
  connect(): Promise<void> {
    const kept = Symbol('connect');
    this.#kept = kept;
    return this.#client.ask(() => (client) => {
      // `disconnect` may have been called while the module was loading.
      if (this.#kept === kept) client.connect();
    });
  }

  /** Whether the connection is up. `false` before the first subscription. */
  getConnectionStatus(): boolean {
    return this.#telling.state === 'connected';
  }

  /** The state of the connection: `idle` before the first subscription and after `disconnect()`. */
  getConnectionState(): ConnectionState {
    return this.#telling.state;
  }

  /**
   * Who holds the connection, how many tabs share it, and how the tab is that holds it. The role is `alone` where the option
   * `tabs` is, and before anything is asked for. The event `tabs` tells of each change but that of the two times.
   *
   * @example
   * ```ts
   * const { role, tabs, leader, leaderHeardMs } = realtime.getTabs();
   * if (role === 'following') console.log(`One of ${tabs} tabs; the one that leads was heard ${leaderHeardMs} ms ago`);
   * if (leader === 'silent') console.log('It hangs, and another one is about to take its place');
   * ```
   */
  getTabs(): Tabs {
    return this.#telling.tabsNow();
  }

  /**
   * Listens; returns the function that ends it. A listener that is given twice is called twice, and each function ends its
   * own.
   *
   * @throws {DashboardError} `invalid_option` for an event that there is not, and for a listener that is no function.
   */
  on<Name extends keyof RealtimeEvents>(
    name: Name,
    listener: (value: RealtimeEvents[Name]) => void,
  ): () => void {
    checkListening('on', name, listener);
    return this.#events.on(name, listener);
  }

  /** Listens once; otherwise as {@link on}. */
  once<Name extends keyof RealtimeEvents>(
    name: Name,
    listener: (value: RealtimeEvents[Name]) => void,
  ): () => void {
    checkListening('once', name, listener);
    return this.#events.once(name, listener);
  }

  /** Ends all listening of a listener to an event. Throws as {@link on}. */
  off<Name extends keyof RealtimeEvents>(name: Name, listener: (value: RealtimeEvents[Name]) => void): void {
    checkListening('off', name, listener);
    this.#events.off(name, listener);
  }

  /** Listens to {@link getConnectionState}; returns the function that ends it. Throws as {@link on}. */
  onConnectionState(listener: (state: ConnectionState) => void): () => void {
    checkListener('onConnectionState', 'first', listener);
    return this.#events.on('state', listener);
  }

  /**
   * Sends a broadcast on the channel of a subscription: JSON, or bytes (an `ArrayBuffer` or a view of one). With the
   * subscription's `ack` it resolves when the server has acknowledged, otherwise when it has been handed to the socket.
   *
   * @throws {DashboardError} `unknown_subscription`; `not_joined` while the channel is not joined; `invalid_option` for
   * a subscription to changes, a name over 255 bytes, a payload that JSON does not hold whole (a `Map`, an `Error`, a
   * `Blob`, `NaN`, a function …), and bytes on protocol 1.0.0;
   * `payload_too_large` over 3,000,000 bytes. With `ack`: `push_refused`, `push_timeout`, `disconnected` (it may have
   * arrived or not).
   */
  send(id: string, event: string, payload: unknown): Promise<void> {
    return this.#client.call(() => {
      checkId('send', id);
      checkEvent('send', event);
      const { value, isBytes } = contentOf(payload);
      return (client, call) => client.send(call, id, event, value, isBytes);
    });
  }

  /**
   * Sends a broadcast by HTTP, without a socket or a subscription. Resolves when the server has taken it.
   *
   * @param channel The topic, without the `realtime:` prefix.
   * @param payload An object, or bytes.
   * @param options `private`: to the private channel of this name, authorized by its policies. Default `false`.
   * @throws {DashboardError} `invalid_option`, `unknown_option`, `payload_too_large`, `unreachable`, `token_expired`,
   * `token_unavailable`, `user_changed`, `push_refused`, `rate_limited`, `http_failed`.
   */
  httpSend(
    channel: string,
    event: string,
    payload: Record<string, unknown> | ArrayBuffer | ArrayBufferView,
    options?: HttpSendOptions,
  ): Promise<void> {
    return this.#client.call(() => {
      const { value, isPrivate } = checkedHttpSend(channel, event, payload, options);
      return (client, call) => client.httpSend(call, channel, event, value, isPrivate);
    });
  }

  /**
   * Says on the channel of a subscription to presence who this is, from now on and after each reconnection. Resolves
   * when the server has acknowledged. The server allows five such calls in half a minute: beyond them the latest state
   * waits for its turn.
   *
   * @throws {DashboardError} `unknown_subscription`, `invalid_option`, `push_refused`, `push_timeout`; `not_joined` if
   * the subscription ends before, `user_changed` if another user's token is set: what one user tracks is not tracked as
   * another.
   */
  track(id: string, state: Record<string, unknown>): Promise<void> {
    return this.#client.call(() => {
      checkId('track', id);
      const value = presenceStateOf(state);
      return (client, call) => client.track(call, id, value);
    }, 'not_joined');
  }

  /**
   * Tracks nothing any more on the channel of a subscription to presence. Ending the subscription does so too.
   *
   * @throws {DashboardError} As {@link track}.
   */
  untrack(id: string): Promise<void> {
    return this.#client.call(() => {
      checkId('untrack', id);
      return (client, call) => client.track(call, id, undefined);
    }, 'not_joined');
  }

  /**
   * Who is on the channel of a subscription to presence, as last told by the server; empty before that.
   *
   * @throws {DashboardError} `invalid_option` for what is no id.
   */
  presenceState<State = Record<string, unknown>>(id: string): PresenceState<State> {
    checkId('presenceState', id);
    return this.#client.presenceOf(id) as PresenceState<State>;
  }

  /**
   * Sets the access token of all channels, now and at later joins; `null` for the key's own role. Where `accessToken`
   * is a function it stays the source: it is asked again at the next connection and ahead of the token's end.
   *
   * A fresh token of the same user (the JWT's `sub`) interrupts nothing. With another user's, from this call on nothing of the
   * former one's is delivered: every channel is left and joined anew, `user-changed` is emitted, and each subscription is
   * told `lost` when it is live again.
   *
   * @throws {DashboardError} `invalid_option` for anything else than `null` and a user's token, which has at most 100,000
   * bytes and is no secret key.
   */
  setAuth(token: string | null): Promise<void> {
    return this.#client.ask(() => {
      checkToken(token);
      this.#client.token.set(token);
      return (client) => client.setAuth(token);
    });
  }

  /** The counters, and what was measured. All 0 or `null` before the first subscription. */
  stats(): RealtimeStats {
    const stats: RealtimeStats | undefined = this.#client.present?.stats();
    return stats ?? structuredClone(NO_STATS);
  }

  /** Ends all subscriptions, closes the socket and leaves nothing running. A later `subscribe` begins anew. */
  disconnect(): void {
    this.#kept = undefined;
    void this.unsubscribeAll();
    this.#client.present?.disconnect();
  }

  /** As {@link disconnect}, for good: gives back all it holds, and later calls fail with `closed`. */
  close(): void {
    this.#client.close(() => this.disconnect());
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
