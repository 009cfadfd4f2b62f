import type { Database, Row } from '../../database/database.js';
import { SerialQueue } from '../serialQueue.js';
import type { RealtimeServices } from '../services.js';
import { userBroadcast } from '../wire/deliveries.js';

/** What was announced and not yet taken: it is announced again when the database's connection was lost. */
const untaken = 'select number as payload from realtime.announcements order by number';

/**
 * Relays what `realtime.send`, `realtime.send_binary` and `realtime.broadcast_changes` write into
 * `realtime.messages`, in the order of the commits.
 */
export async function relayDatabaseBroadcasts(services: RealtimeServices): Promise<void> {
  const { database, upkeep } = services;
  const queue = new SerialQueue();
  let pending: string[] = [];
  // Nobody was connected when these were sent.
  await database.query('delete from realtime.announcements');
  const announced = (number: string): void => {
    pending.push(number);
    if (pending.length > 1) return;
    queue.add(async () => {
      const numbers = pending;
      pending = [];
      for (const message of await takeMessages(database, numbers)) relay(services, message);
      await upkeep.after(numbers.length);
    });
  };
  await database.listen('realtime_messages', announced, untaken);
}

/** Each announcement is taken once, however often it was heard. */
async function takeMessages(database: Database, numbers: readonly string[]): Promise<Row[]> {
  const { rows } = await database.query(
    `with taken as (delete from realtime.announcements where number = any ($1::bigint[]) returning *)
     select id, topic, event, payload::text as payload, encode(binary_payload, 'base64') as bytes, private
     from unnest($1::bigint[]) with ordinality as wanted (number, position)
     join taken using (number) join realtime.messages on id = message_id
     order by wanted.position`,
    [`{${numbers.join(',')}}`],
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
