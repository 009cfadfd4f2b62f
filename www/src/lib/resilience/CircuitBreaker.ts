export { DashboardCircuitBreaker as CircuitBreaker } from '@wedsync/dashboard';
