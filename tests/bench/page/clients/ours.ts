import { createDashboard, type SubscriptionStatus } from '@wedsync/dashboard';
import type { Connect } from './client.js';

/** This package, as its README says. */
export const connectOurs: Connect = async ({ url, key, channels, kind, onData, onLive }) => {
  const dashboard = await createDashboard({ url, key });
  const onStatus = (status: SubscriptionStatus) => {
    if (status === 'live') onLive?.();
  };
  const subscribe = (channel: string) =>
    kind === 'broadcast'
      ? dashboard.realtime.subscribe(channel, {
          channel,
          event: 'enquiry',
          onStatus,
          onData: ({ payload }) => onData(payload),
        })
      : dashboard.realtime.subscribe(channel, {
          channel,
          event: 'INSERT',
          table: 'clients',
          onStatus,
          onData: ({ record }) => onData(record),
        });
  await Promise.all(channels.map(subscribe));
  return dashboard;
};
