/**
 * Keeps a dashboard live over Supabase through any network. Importing it does nothing; it is safe on a server.
 *
 * @packageDocumentation
 */
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
export type * from './messages.js';
export { init } from './module.js';
export type { SchemaBinding, TableBinding } from './options/changes.js';
export type { Delivery } from './options/delivery.js';
export type { HttpSendOptions } from './options/http.js';
export type { RealtimeOptions, SupabaseRealtimeOptions } from './options/manager.js';
export type { InitOptions } from './options/place.js';
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
export type { DashboardStore } from './store.js';
export type { StoreDatabase, StoreEvents, StoreSpace, StoreStatus, StoreTrouble } from './stored.js';
export type * from './types.js';
