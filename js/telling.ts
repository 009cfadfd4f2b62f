import type { Client } from './client.js';
import { type Emitter, report } from './emitter.js';
import { type DashboardError, toError } from './errors.js';
import type { ConnectionState, SubscriptionStatus, Tabs } from './messages.js';
import type { Notification, ToldPresence } from './notifications.js';
import type { CheckedSubscription } from './options/subscription.js';
import type { RealtimeEvents } from './types.js';

/** What the application is told by. */
export type Callbacks = Partial<CheckedSubscription['callbacks']>;

/** Who is told of an id. What becomes of its subscription the module alone knows. */
export interface Subscriber {
  /** The topic, without the prefix. */
  channel: string;
  callbacks: Callbacks;
}

/** Who is told from a turn on. */
interface Since extends Subscriber {
  /**
   * The turn in which it was first asked for: what was told in an earlier one is about what the id stood for before. To ask
   * for the very same again replaces the callbacks only, and they are to miss nothing.
   */
  since: number;
}

const NO_TABS = { role: 'alone', tabs: 1, leader: null, heartbeats: null, roundTripMs: null } as const;

/** How the module's news reach the application: its subscriptions' callbacks, its listeners, its promises. */
export class Telling {
  readonly events: Emitter<RealtimeEvents & { state: ConnectionState }>;
  readonly subscribers = new Map<string, Since>();
  state: ConnectionState = 'idle';
  tabs: Omit<Tabs, 'leaderHeardMs'> = NO_TABS;
  /** When the state was told. */
  #stateTurn = 0;
  /** When another user was told of: what was told before it is the former one's, and not for the next one to see. */
  #userTurn = 0;
  readonly #client: Client;

  constructor(events: Emitter<RealtimeEvents & { state: ConnectionState }>, client: Client) {
    this.events = events;
    this.#client = client;
  }

  /** The module is about to take a subscription, and has yet to tell of it. `isSame`: only the callbacks are others. */
  take(id: string, subscriber: Subscriber, isSame: boolean): void {
    const former = isSame ? this.subscribers.get(id) : undefined;
    this.#client.turn += 1;
    this.subscribers.set(id, { ...subscriber, since: former?.since ?? this.#client.turn });
  }

  /** Tells one piece of news; `turn` is when the module told it. */
  tell(notification: Notification, turn: number): void {
    if ('id' in notification && this.#isOfFormer(notification.id, turn)) return;
    switch (notification.type) {
      case 'connection':
        if (this.#stateTurn > turn) break;
        this.#stateTurn = turn;
        if (this.state === notification.state) break;
        this.state = notification.state;
        this.events.emit('state', notification.state);
        break;
      case 'connected':
        this.events.emit('connected', undefined);
        break;
      case 'disconnected': {
        const { code, reason } = notification;
        this.events.emit('disconnected', { code, reason });
        break;
      }
      case 'status':
        // `failed` tells it, and why.
        if (notification.status !== 'failed') this.statusChanged(notification.id, notification.status);
        break;
      case 'continuity': {
        const { id, continuity } = notification;
        report(() => this.subscribers.get(id)?.callbacks.onContinuity?.(continuity));
        this.events.emit('continuity', { id, continuity });
        break;
      }
      case 'tabs': {
        const { role, tabs, isSilent } = notification;
        const depends = role === 'following' || role === 'waiting';
        this.#tellTabs({ role, tabs, leader: depends ? (isSilent ? 'silent' : 'heard') : null });
        break;
      }
      case 'ticking':
        this.#tellTabs({ heartbeats: notification.inWorker ? 'worker' : 'page' });
        break;
      case 'user-changed':
        this.#userTurn = turn;
        this.events.emit('user-changed', undefined);
        break;
      case 'presence':
        if (this.#userTurn <= turn) this.#presenceChanged(notification.id, notification.event);
        break;
      case 'system': {
        if (this.#userTurn > turn) break;
        const { id, payload: message } = notification;
        report(() => this.subscribers.get(id)?.callbacks.onSystem?.(message));
        this.events.emit('system', { id, message });
        break;
      }
      case 'heartbeat': {
        const { status, latencyMs } = notification;
        if (latencyMs !== undefined) this.tabs = { ...this.tabs, roundTripMs: latencyMs };
        this.events.emit('heartbeat', latencyMs === undefined ? { status } : { status, latencyMs });
        break;
      }
      case 'error':
        this.#failing(notification.id, toError(notification.error));
        break;
      case 'failed':
        this.#failed(notification.id, toError(notification.error));
        break;
      case 'settled':
        this.#client.calls.settled(notification.call, notification.error, notification.value);
        break;
      case 'store':
        if (notification.news.name === 'wiped') this.#client.tellWiped?.();
        this.#client.tellStore?.(notification.news);
        break;
      case 'cache':
        this.#client.tellCache?.(notification.news);
        break;
      case 'health':
        this.#client.tellHealth?.(notification.news);
    }
  }

  /** How this tab stands among the others, now. */
  tabsNow(): Tabs {
    return {
      ...this.tabs,
      leaderHeardMs: this.tabs.leader ? (this.#client.present?.silence() ?? null) : null,
    };
  }

  #tellTabs(news: Partial<Tabs>): void {
    this.tabs = { ...this.tabs, ...news };
    this.events.emit('tabs', this.tabsNow());
  }

  /** Whether it is news of what the id stood for before: something else was asked for after it was told. */
  #isOfFormer(id: string | undefined, turn: number): boolean {
    return id !== undefined && (this.subscribers.get(id)?.since ?? 0) > turn;
  }

  /** A subscription's state is another. */
  statusChanged(id: string, status: SubscriptionStatus): void {
    const subscriber = this.subscribers.get(id);
    // Before the callback, which may subscribe anew.
    if (status === 'closed') this.subscribers.delete(id);
    report(() => subscriber?.callbacks.onStatus?.(status));
  }

  #presenceChanged(id: string, told: ToldPresence): void {
    const event = told.type === 'sync' ? { ...told, state: this.#client.presenceOf(id) } : told;
    report(() => this.subscribers.get(id)?.callbacks.onData?.(event as never));
    if (event.type === 'sync') this.events.emit('presence-sync', { id, state: event.state });
    else this.events.emit('presence', { id, event });
  }

  #failing(id: string | undefined, error: DashboardError): void {
    if (id === undefined) {
      this.events.emit('error', { error });
      return;
    }
    report(() => this.subscribers.get(id)?.callbacks.onError?.(error));
    this.events.emit('error', { id, error });
  }

  #failed(id: string, error: DashboardError): void {
    const subscriber = this.subscribers.get(id);
    // Ended by a callback that was told something earlier.
    if (!subscriber) return;
    // Before the callbacks, which may subscribe anew.
    this.subscribers.delete(id);
    report(() => subscriber.callbacks.onStatus?.('failed'));
    report(() => subscriber.callbacks.onError?.(error));
    this.events.emit('error', { id, error });
    if (error.code === 'max_reconnect_attempts') this.events.emit('max-reconnect-attempts', { id });
  }
}
