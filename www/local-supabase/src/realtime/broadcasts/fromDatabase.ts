import type { Database, Row } from '../../database/database.js';
import { SerialQueue } from '../serialQueue.js';
import type { RealtimeServices } from '../services.js';
import { userBroadcast } from '../wire/deliveries.js';

/**
 * Relays what `realtime.send`, `realtime.send_binary` and `realtime.broadcast_changes` write into
 * `realtime.messages`, in the order of the commits.
 */
export async function relayDatabaseBroadcasts(services: RealtimeServices): Promise<void> {
  const queue = new SerialQueue();
  let pending: string[] = [];
  await services.database.listen('realtime_messages', (id) => {
    pending.push(id);
    if (pending.length > 1) return;
    queue.add(async () => {
      const ids = pending;
      pending = [];
      for (const message of await readMessages(services.database, ids)) relay(services, message);
    });
  });
}

async function readMessages(database: Database, ids: readonly string[]): Promise<Row[]> {
  const { rows } = await database.query(
    `select id, topic, event, payload::text as payload, encode(binary_payload, 'base64') as bytes, private
     from unnest($1::uuid[]) with ordinality as wanted (id, position) join realtime.messages using (id)
     order by wanted.position`,
    [`{${ids.join(',')}}`],
  );
  return rows;
}

/** One that is larger than a payload may be is kept, but not sent. */
function relay(
  { hub, limits }: RealtimeServices,
  { id, topic, event, payload, bytes, private: isPrivate }: Row,
): void {
  const isBinary = bytes !== null && bytes !== undefined;
  const content = isBinary ? Buffer.from(bytes, 'base64') : Buffer.from(payload ?? 'null');
  if (limits.isTooLarge(content.length)) return;
  const delivery = userBroadcast(topic ?? '', {
    event: event ?? '',
    encoding: isBinary ? 'bytes' : 'json',
    payload: content,
    id: id ?? null,
  });
  limits.countMessages(1);
  hub.send(topic ?? '', isPrivate === 't', delivery);
}
