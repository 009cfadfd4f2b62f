export { RetryManager } from '@wedsync/dashboard';
