export { DashboardIntegrationClient } from '@wedsync/dashboard';
