import { RealtimeClient } from '@supabase/realtime-js';

/* The one part of the official client that does what this package does so far. */

const client = new RealtimeClient('wss://project.supabase.co/realtime/v1', {
  params: { apikey: 'publishable-key' },
});

client
  .channel('activity')
  .on('postgres_changes', { event: '*', schema: 'public', table: 'activity' }, (change) =>
    console.log(change),
  )
  .subscribe();
