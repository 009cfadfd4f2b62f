import type { Calls, Settle } from './calls.js';
import { type Emitter, report } from './emitter.js';
import { DashboardError, toError } from './errors.js';
import type { ConnectionState, PresenceState, SubscriptionStatus } from './messages.js';
import type { Notification, ToldPresence } from './notifications.js';
import type { CheckedSubscription } from './options/subscription.js';
import type { RealtimeEvents } from './types.js';

/** What the application is told by. */
export type Callbacks = Partial<CheckedSubscription['callbacks']>;

/** A subscription as the application asked for it, with the promises that wait for it. */
export interface Held {
  /** None before all options are read. */
  callbacks: Callbacks;
  channel: string;
  waiting: Settle[];
  /** Says to the module what is wanted. */
  begin: () => void;
  /**
   * The turn in which it was first asked for: what was told in an earlier one is about what the id stood for before. To ask
   * for the very same again replaces the callbacks only, and they are to miss nothing.
   */
  since: number;
  /** As last told to `onStatus`; none while the module loads and the core does not know of it. */
  status: SubscriptionStatus | undefined;
}

/** What the module is asked while it tells. */
interface Module {
  release: (id: string) => void;
  presenceState: (id: string) => PresenceState;
}

/** How the module's news reach the application: its subscriptions' callbacks, its listeners, its promises. */
export class Telling {
  readonly events: Emitter<RealtimeEvents & { state: ConnectionState }>;
  readonly held = new Map<string, Held>();
  state: ConnectionState = 'idle';
  /** When the state was told. */
  #stateTurn = 0;
  /** When another user was told of: what was told before it is the former one's, and not for the next one to see. */
  #userTurn = 0;
  readonly #calls: Calls;
  readonly #module: Module;

  constructor(events: Emitter<RealtimeEvents & { state: ConnectionState }>, calls: Calls, module: Module) {
    this.events = events;
    this.#calls = calls;
    this.#module = module;
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
        report(() => this.held.get(id)?.callbacks.onContinuity?.(continuity));
        this.events.emit('continuity', { id, continuity });
        break;
      }
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
        report(() => this.held.get(id)?.callbacks.onSystem?.(message));
        this.events.emit('system', { id, message });
        break;
      }
      case 'heartbeat': {
        const { status, latencyMs } = notification;
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
        this.#calls.settled(notification.call, notification.error);
    }
  }

  /** Whether it is news of what the id stood for before: something else was asked for after it was told. */
  #isOfFormer(id: string | undefined, turn: number): boolean {
    return id !== undefined && (this.held.get(id)?.since ?? 0) > turn;
  }

  /** A subscription's state is another. */
  statusChanged(id: string, status: SubscriptionStatus): void {
    const held = this.held.get(id);
    if (!held) return;
    if (status === 'live') for (const { resolve } of held.waiting.splice(0)) resolve();
    if (status === 'closed') {
      this.#drop(id);
      for (const { end } of held.waiting.splice(0)) {
        end(new DashboardError('unsubscribed', `"${id}" was unsubscribed before it was live.`));
      }
    }
    const changed = held.status !== status;
    held.status = status;
    if (changed) report(() => held.callbacks.onStatus?.(status));
  }

  #presenceChanged(id: string, told: ToldPresence): void {
    const event = told.type === 'sync' ? { ...told, state: this.#module.presenceState(id) } : told;
    report(() => this.held.get(id)?.callbacks.onData?.(event as never));
    if (event.type === 'sync') this.events.emit('presence-sync', { id, state: event.state });
    else this.events.emit('presence', { id, event });
  }

  #failing(id: string | undefined, error: DashboardError): void {
    if (id === undefined) {
      this.events.emit('error', { error });
      return;
    }
    report(() => this.held.get(id)?.callbacks.onError?.(error));
    this.events.emit('error', { id, error });
  }

  #failed(id: string, error: DashboardError): void {
    const held = this.held.get(id);
    // Ended by a callback that was told something earlier.
    if (!held) return;
    // Before the callbacks, which may subscribe anew.
    this.#drop(id);
    for (const { reject } of held.waiting.splice(0)) reject(error);
    report(() => held.callbacks.onStatus?.('failed'));
    report(() => held.callbacks.onError?.(error));
    this.events.emit('error', { id, error });
    if (error.code === 'max_reconnect_attempts') this.events.emit('max-reconnect-attempts', { id });
  }

  #drop(id: string): void {
    this.held.delete(id);
    this.#module.release(id);
  }
}
