import { randomUUID } from 'node:crypto';
import { becomeCaller, type Claims } from '../database/caller.js';
import { type Database, isPostgresError, type Session } from '../database/database.js';

export interface Permissions {
  read: boolean;
  write: boolean;
}

const insufficientPrivilege = '42501';

/**
 * Asks the policies on `realtime.messages` what a caller may do on a private topic: reading is seeing a message
 * of it, writing is adding one. Nothing of the trial lasts.
 */
export function authorize(database: Database, claims: Claims, topic: string): Promise<Permissions> {
  return database.transaction(
    async (session) => {
      const trial = randomUUID();
      await session.query(
        "insert into realtime.messages (id, topic, extension, private) values ($1, $2, 'broadcast', true)",
        [trial, topic],
      );
      await becomeCaller(session, claims, { 'realtime.topic': topic });
      const read = await permitted(session, async () => {
        const { rows } = await session.query('select from realtime.messages where id = $1', [trial]);
        return rows.length > 0;
      });
      const write = await permitted(session, async () => {
        await session.query(
          "insert into realtime.messages (topic, extension, private) values ($1, 'broadcast', true)",
          [topic],
        );
        return true;
      });
      return { read, write };
    },
    { keep: false },
  );
}

async function permitted(session: Session, attempt: () => Promise<boolean>): Promise<boolean> {
  await session.query('savepoint attempt');
  try {
    return await attempt();
  } catch (cause) {
    if (!isPostgresError(cause) || cause.code !== insufficientPrivilege) throw cause;
    return false;
  } finally {
    await session.query('rollback to savepoint attempt');
  }
}
