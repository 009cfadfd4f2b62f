import type { CacheNews } from './cache/news.js';
import type { ErrorFields } from './errors.js';
import type { HealthNews } from './health/news.js';
import type {
  ConnectionState,
  Continuity,
  PresenceEvent,
  SubscriptionStatus,
  SystemMessage,
  TabRole,
} from './messages.js';
import type { StoreNews } from './stored.js';

/** What a sync lacks until its state is asked for. */
export type ToldPresence = Exclude<PresenceEvent, { type: 'sync' }> | { type: 'sync' };

/** What a function of the application's has thrown, which is told as it is. */
export interface Thrown {
  thrown: unknown;
}

/** News from the module. */
export type Notification =
  | { type: 'connection'; state: ConnectionState }
  | { type: 'connected' }
  | { type: 'disconnected'; code: number; reason: string }
  | { type: 'status'; id: string; status: SubscriptionStatus }
  | { type: 'continuity'; id: string; continuity: Continuity }
  | { type: 'presence'; id: string; event: ToldPresence }
  | { type: 'system'; id: string; payload: SystemMessage }
  | { type: 'heartbeat'; status: 'sent' | 'ok' | 'timeout'; latencyMs?: number }
  | { type: 'tabs'; role: TabRole; tabs: number; isSilent: boolean }
  | { type: 'ticking'; inWorker: boolean }
  | { type: 'user-changed' }
  | { type: 'error'; id?: string; error: ErrorFields }
  | { type: 'failed'; id: string; error: ErrorFields }
  | { type: 'store'; news: StoreNews }
  | { type: 'cache'; news: CacheNews }
  | { type: 'health'; news: HealthNews }
  | { type: 'settled'; call: number; error?: ErrorFields | Thrown; value?: unknown };
