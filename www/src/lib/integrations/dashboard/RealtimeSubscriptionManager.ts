export { RealtimeSubscriptionManager } from '@wedsync/dashboard';
