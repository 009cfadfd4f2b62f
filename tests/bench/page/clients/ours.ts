import {
  type Broadcast,
  createDashboard,
  type PostgresChange,
  type SubscriptionStatus,
} from '@wedsync/dashboard';
import type { Enquiry } from '../frames.js';
import type { Connect } from './client.js';

/** This package, as its README says. */
export const connectOurs: Connect = async ({
  url,
  key,
  version,
  channels,
  kind,
  event = 'enquiry',
  tables = [],
  onData,
  onLatest,
  onLive,
}) => {
  // The benchmark's server has no limit of joins; a project's has, and by default it is kept to.
  const dashboard = await createDashboard({
    url,
    key,
    joinsPerSecond: 10_000,
    tabs: 'shared',
    vsn: version === 1 ? '1.0.0' : '2.0.0',
  });
  const onStatus = (status: SubscriptionStatus) => {
    if (status === 'live') onLive?.();
  };
  const subscribe = (channel: string, place: number) =>
    onLatest
      ? dashboard.realtime.subscribe(channel, {
          channel,
          event,
          deliver: { latestBy: 'payload.key' },
          onStatus,
          onData: (messages: Broadcast<Enquiry>[]) => onLatest(messages.map(({ payload }) => payload)),
        })
      : kind === 'broadcast'
        ? dashboard.realtime.subscribe(channel, {
            channel,
            event,
            onStatus,
            onData: ({ payload }) => onData(payload),
          })
        : dashboard.realtime.subscribe(channel, {
            channel,
            event: 'INSERT',
            table: tables[place] ?? 'clients',
            onStatus,
            onData: ({ record }: PostgresChange<Enquiry>) => {
              if (record) onData(record);
            },
          });
  await Promise.all(channels.map(subscribe));
  return {
    close: () => dashboard.close(),
    async joinAndLeave(channel) {
      await dashboard.realtime.subscribe(channel, { channel, event, onData: () => undefined });
      await dashboard.realtime.unsubscribe(channel);
    },
  };
};
