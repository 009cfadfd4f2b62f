import { type Database, recallMinutes } from '../database/database.js';
import type { Hub } from './hub.js';
import { SerialQueue } from './serialQueue.js';

const recall = `select id as payload from realtime.messages
  where extension = 'broadcast' and inserted_at > now() at time zone 'UTC' - interval '${recallMinutes} minutes'
  order by inserted_at, ctid`;

/** Relays what `realtime.send` and `realtime.broadcast_changes` write into `realtime.messages`. */
export async function relayDatabaseBroadcasts(database: Database, hub: Hub): Promise<void> {
  const queue = new SerialQueue();
  const announced = (id: string) => queue.add(() => relay(database, hub, id));
  await database.listen('realtime_messages', announced, recall);
}

async function relay(database: Database, hub: Hub, id: string): Promise<void> {
  const { rows } = await database.query(
    'select topic, event, payload::text as payload, private from realtime.messages where id = $1',
    [id],
  );
  const message = rows[0];
  if (message === undefined) return;
  hub.broadcast(
    message.topic ?? '',
    message.private === 't',
    {
      form: 'binary',
      event: message.event ?? '',
      metadata: JSON.stringify({ id }),
      encoding: 'json',
      payload: Buffer.from(message.payload ?? 'null'),
    },
    null,
  );
}
