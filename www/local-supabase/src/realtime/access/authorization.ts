import { randomUUID } from 'node:crypto';
import { becomeCaller, type Claims } from '../../database/caller.js';
import { type Database, isConnectionLoss, isPostgresError, type Session } from '../../database/database.js';

/** What a policy on `realtime.messages` may tell apart. */
export type Extension = 'broadcast' | 'presence';

const insufficientPrivilege = '42501';

/**
 * Asks the policies which messages of a private topic a caller may read: it sees a message of that kind, or not.
 * Nothing of the trial lasts.
 */
export function mayRead(
  database: Database,
  claims: Claims,
  topic: string,
  extensions: readonly Extension[],
): Promise<ReadonlySet<Extension>> {
  return onTrial(database, claims, topic, async (session) => {
    const trials = new Map(extensions.map((extension) => [randomUUID() as string, extension]));
    for (const [id, extension] of trials) {
      await session.query(
        'insert into realtime.messages (id, topic, extension, private) values ($1, $2, $3, true)',
        [id, topic, extension],
      );
    }
    await becomeCaller(session, claims, { 'realtime.topic': topic });
    const { rows } = await session.query('select id from realtime.messages where id = any ($1)', [
      `{${[...trials.keys()].join(',')}}`,
    ]);
    return new Set(rows.flatMap(({ id }) => trials.get(id ?? '') ?? []));
  }).then((readable) => readable ?? new Set());
}

/** Asks the policies whether a caller may add a message of that kind to a private topic. */
export function mayWrite(
  database: Database,
  claims: Claims,
  topic: string,
  extension: Extension,
): Promise<boolean> {
  return onTrial(database, claims, topic, async (session) => {
    await becomeCaller(session, claims, { 'realtime.topic': topic });
    await session.query('insert into realtime.messages (topic, extension, private) values ($1, $2, true)', [
      topic,
      extension,
    ]);
    return true;
  }).then((written) => written ?? false);
}

/**
 * Runs a trial and takes it back. A refusal is `null`, and so is a policy that fails: what it meant is not known.
 * Throws if nobody could be asked.
 */
async function onTrial<Result>(
  database: Database,
  claims: Claims,
  topic: string,
  trial: (session: Session) => Promise<Result>,
): Promise<Result | null> {
  try {
    return await database.transaction(trial, { keep: false });
  } catch (cause) {
    if (!isPostgresError(cause) || isConnectionLoss(cause)) throw cause;
    if (cause.code !== insufficientPrivilege) {
      const who = claims.sub ?? claims.role;
      process.stderr.write(
        `local-supabase: realtime: a policy on realtime.messages failed for ${who} on ${topic}: ${cause.message}\n`,
      );
    }
    return null;
  }
}
