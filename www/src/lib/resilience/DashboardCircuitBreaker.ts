export { DashboardCircuitBreaker } from '@wedsync/dashboard';
