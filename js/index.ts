/**
 * Keeps a dashboard live over Supabase through any network. Importing it does nothing; it is safe on a server.
 *
 * @packageDocumentation
 */

export type { CacheKey } from './cache/key.js';
export { DashboardCacheManager } from './cache/manager.js';
export { type CachePersister, cachePersister } from './cache/persister.js';
export type { CacheStats } from './cache/stats.js';
export type * from './cache/types.js';
export type { ResourceView } from './cache/view.js';
export { createDashboard, type Dashboard, type DashboardOptions } from './dashboard.js';
export { DashboardError } from './errors.js';
export {
  type Filter,
  type FilterCondition,
  type FilterOperator,
  type FilterOperators,
  type FilterScalar,
  type FilterState,
  type FilterValue,
  filter,
} from './filter.js';
export { DashboardHealthMonitor, type HealthEvents } from './health/monitor.js';
export type { HealthReport } from './health/report.js';
export type * from './health/types.js';
export { DashboardIntegrationClient, type IntegrationEvents } from './integrations/client.js';
export type { ServiceStatus } from './integrations/service.js';
export type { ServiceView } from './integrations/watching.js';
export type * from './messages.js';
export { init } from './module.js';
export type { BreakerOptions, DetectorOptions } from './options/breaker.js';
export type { CacheFetchOptions, CacheKeepOptions, CacheOptions } from './options/cache.js';
export type { SchemaBinding, TableBinding } from './options/changes.js';
export type { Delivery } from './options/delivery.js';
export type { CheckAnswer, CheckOptions } from './options/health.js';
export type { HttpSendOptions } from './options/http.js';
export type { RealtimeOptions, SupabaseRealtimeOptions } from './options/manager.js';
export type { InitOptions } from './options/place.js';
export type { PolicyOptions } from './options/policy.js';
export type { AnswerKind, ServiceRequest } from './options/request.js';
export type { RetryOptions } from './options/retry.js';
export type { Credentials, ServiceOptions } from './options/service.js';
export type { SignOutOptions } from './options/sign-out.js';
export type {
  BroadcastSubscription,
  ManyChangesSubscription,
  PostgresChangesSubscription,
  PresenceSubscription,
  SchemaSubscription,
  SubscriptionOptions,
  TableSubscription,
} from './options/subscription.js';
export type { AccessToken } from './options/token.js';
export { RealtimeSubscriptionManager } from './realtime.js';
export type { AttemptContext } from './resilience/attempt.js';
export { DashboardCircuitBreaker } from './resilience/breaker.js';
export type * from './resilience/events.js';
export type { ExecuteOptions, Fallback } from './resilience/fallback.js';
export { DashboardPolicy } from './resilience/policy.js';
export { RetryManager } from './resilience/retry.js';
export type { DashboardStore } from './store.js';
export type { StoreDatabase, StoreEvents, StoreSpace, StoreStatus, StoreTrouble } from './stored.js';
export type * from './types.js';
