import type { Database, Row } from '../../database/database.js';
import { Outbox } from '../outbox.js';
import type { RealtimeServices } from '../services.js';
import { userBroadcast } from '../wire/deliveries.js';

/**
 * What `realtime.send`, `realtime.send_binary` and `realtime.broadcast_changes` write into `realtime.messages`, on its
 * way to the listeners, in the order of the commits.
 */
export function databaseBroadcasts(services: BroadcastServices): Outbox {
  const { database, upkeep } = services;
  const outbox: Outbox = new Outbox({
    ...{ database, upkeep, table: 'realtime.announcements', channel: 'realtime_messages' },
    pollIntervalMs: () => 0,
    async send(numbers) {
      const messages = await outbox.untilConnected(() => takeMessages(database, numbers));
      for (const message of messages) relay(services, message);
    },
  });
  return outbox;
}

type BroadcastServices = Pick<RealtimeServices, 'database' | 'upkeep' | 'hub' | 'limits'>;

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
  { hub, limits }: BroadcastServices,
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
