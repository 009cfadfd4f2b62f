'use client';

export { useConnection } from './react/connection.js';
export { useHealth } from './react/health.js';
export { type PresenceResult, type UsePresenceOptions, usePresence } from './react/presence.js';
export { useDashboard } from './react/provided.js';
export { DashboardProvider, type DashboardProviderProps } from './react/provider.js';
export { type ResourceOptions, type UsedResource, useResource } from './react/resource.js';
export { type ServiceHookOptions, useService } from './react/service.js';
export { type SubscriptionState, useSubscription } from './react/subscription.js';
