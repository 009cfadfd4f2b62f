export { DashboardHealthMonitor } from '@wedsync/dashboard';
