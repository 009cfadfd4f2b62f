export type * from '@wedsync/dashboard';
