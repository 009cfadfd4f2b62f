import { type Broadcast, createDashboard, type SubscriptionStatus } from '@wedsync/dashboard';
import type { Enquiry } from '../frames.js';
import type { Connect } from './client.js';

/** This package, as its README says. */
export const connectOurs: Connect = async ({
  url,
  key,
  version,
  channels,
  kind,
  onData,
  onLatest,
  onLive,
}) => {
  // The benchmark's server has no limit of joins; a project's has, and by default it is kept to.
  const dashboard = await createDashboard({
    url,
    key,
    joinsPerSecond: 10_000,
    vsn: version === 1 ? '1.0.0' : '2.0.0',
  });
  const onStatus = (status: SubscriptionStatus) => {
    if (status === 'live') onLive?.();
  };
  const subscribe = (channel: string) =>
    onLatest
      ? dashboard.realtime.subscribe(channel, {
          channel,
          event: 'enquiry',
          deliver: { latestBy: 'payload.key', everyMs: 1 },
          onStatus,
          onData: (messages: Broadcast<Enquiry>[]) => onLatest(messages.map(({ payload }) => payload)),
        })
      : kind === 'broadcast'
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
