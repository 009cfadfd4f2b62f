import { createDashboard } from '@wedsync/dashboard';

/** All that an app does before it can subscribe; `createDashboard` calls `init`. */
export async function start(): Promise<void> {
  await createDashboard({ url: 'https://project.invalid', key: 'publishable-key' });
}
