import { RealtimeClient } from '@supabase/realtime-js';
import type { Connect } from './client.js';

/**
 * The official client as Supabase documents it: one channel a topic, a callback by event, `subscribe` with a status
 * callback. Its defaults are kept; protocol 2.0.0 is one of them.
 */
export const connectRealtimeJs: Connect = async ({
  url,
  key,
  version,
  channels,
  kind,
  event = 'enquiry',
  tables = [],
  onData,
  onLive,
}) => {
  const client = new RealtimeClient(`${url.replace('http', 'ws')}/realtime/v1`, {
    params: { apikey: key },
    ...(version === 1 ? { vsn: '1.0.0' } : {}),
  });
  const join = (name: string, place: number) =>
    new Promise<void>((resolve, reject) => {
      const channel = client.channel(name);
      if (kind === 'broadcast') channel.on('broadcast', { event }, ({ payload }) => onData(payload));
      else {
        const table = tables[place] ?? 'clients';
        channel.on('postgres_changes', { event: 'INSERT', schema: 'public', table }, (change) =>
          onData(change.new as never),
        );
      }
      channel.subscribe((status, error) => {
        if (status === 'SUBSCRIBED') {
          resolve();
          onLive?.();
        } else reject(new Error(`realtime-js could not join ${name}: ${error?.message ?? status}`));
      });
    });
  await Promise.all(channels.map(join));
  return {
    async joinAndLeave(name) {
      const channel = client.channel(name).on('broadcast', { event }, () => undefined);
      await new Promise<void>((resolve) => {
        channel.subscribe((status) => {
          if (status === 'SUBSCRIBED') resolve();
        });
      });
      await client.removeChannel(channel);
    },
    async close() {
      await client.removeAllChannels();
      client.disconnect();
    },
  };
};
