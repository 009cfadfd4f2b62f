export { DashboardCacheManager } from '@wedsync/dashboard';
