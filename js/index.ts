/**
 * Keeps a dashboard live over Supabase through any network. Importing it does nothing; it is safe on a server.
 *
 * @packageDocumentation
 */
export { createDashboard, type Dashboard } from './dashboard.js';
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
export { init } from './module.js';
export { RealtimeSubscriptionManager } from './realtime.js';
export type * from './subscriptions.js';
export type * from './types.js';
