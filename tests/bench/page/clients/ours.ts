import { createDashboard } from '@wedsync/dashboard';
import type { Connect } from './client.js';

/** This package, as its README says. */
export const connectOurs: Connect = async ({ url, key, channels, kind, onData }) => {
  const dashboard = await createDashboard({ url, key });
  const subscribe = (channel: string) =>
    kind === 'broadcast'
      ? dashboard.realtime.subscribe(channel, {
          channel,
          event: 'enquiry',
          onData: ({ payload }) => onData(payload),
        })
      : dashboard.realtime.subscribe(channel, {
          channel,
          event: 'INSERT',
          table: 'clients',
          onData: ({ record }) => onData(record),
        });
  await Promise.all(channels.map(subscribe));
  return dashboard;
};
