import type { Database } from '../../database/database.js';
import { isObject } from '../../http/body.js';
import { canonicalJson } from '../wire/canonicalJson.js';
import { wireTopic } from '../wire/topics.js';
import { encodeText, encodeUserBroadcast, type Frame, type Version } from '../wire/wire.js';

const mostMessages = 25;
/** What a date of the real server can hold, in milliseconds: the years -9999 to 9999. */
const timeRange = [-377_705_116_800_000, 253_402_300_799_999] as const;

/** Which messages a join asks to have again. */
export interface ReplayRequest {
  /** In milliseconds since 1970. */
  since: number;
  limit: number;
}

/** A broadcast that the database kept. */
export interface KeptMessage {
  id: string;
  event: string;
  payload: { json: string } | { bytes: Buffer };
}

/** What `config.broadcast.replay` asks for: `null` if nothing, `'invalid'` if what cannot be understood. */
export function parseReplay(replay: unknown): ReplayRequest | 'invalid' | null {
  if (!isObject(replay)) return null;
  const since = replay.since ?? 0;
  const limit = replay.limit ?? mostMessages;
  const [earliest, latest] = timeRange;
  const isValid =
    // The real server's own default is none: a request has to say since when.
    replay.since !== undefined &&
    isInteger(since) &&
    isInteger(limit) &&
    since >= earliest &&
    since <= latest;
  return isValid ? { since, limit: Math.min(Math.max(limit, 1), mostMessages) } : 'invalid';
}

const isInteger = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

/** The newest messages of a private topic, the oldest first; those of one transaction come in reverse, as they really do. */
export async function readMessages(
  database: Database,
  topic: string,
  { since, limit }: ReplayRequest,
): Promise<KeptMessage[]> {
  const { rows } = await database.query(
    `select id, event, payload::text as payload, encode(binary_payload, 'base64') as bytes
     from realtime.messages
     where topic = $1 and private and extension = 'broadcast'
       and inserted_at >= (timestamp '1970-01-01' + $2::bigint * interval '1 millisecond')
     order by inserted_at desc, ctid limit $3::int`,
    [topic, String(since), String(limit)],
  );
  return rows.reverse().map((row) => ({
    id: row.id ?? '',
    event: row.event ?? '',
    payload:
      row.bytes === null || row.bytes === undefined
        ? { json: row.payload ?? 'null' }
        : { bytes: Buffer.from(row.bytes, 'base64') },
  }));
}

/** A kept message as a channel gets it again; version 1 gets none of the binary ones. */
export function replayFrame(
  version: Version,
  { topic, joinRef }: { topic: string; joinRef: unknown },
  { id, event, payload }: KeptMessage,
): Frame | null {
  const meta = `{"id":${JSON.stringify(id)},"replayed":true}`;
  const name = wireTopic(topic);
  if ('bytes' in payload) {
    return version === '2.0.0' ? encodeUserBroadcast(name, event, meta, 'bytes', payload.bytes) : null;
  }
  return encodeText(
    version,
    { joinRef, ref: null, topic: name, event: 'broadcast' },
    `{"event":${JSON.stringify(event)},"meta":${meta},"payload":${canonicalJson(payload.json)},"type":"broadcast"}`,
  );
}
