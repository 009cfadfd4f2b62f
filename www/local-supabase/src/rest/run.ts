import { becomeCaller } from '../database/caller.js';
import type { Database } from '../database/database.js';
import { refuseTooManyRows } from './preferences.js';
import type { RestRequest } from './request.js';
import { type Outcome, onlyRow } from './respond.js';
import type { Statement } from './statements.js';

/** Runs a statement as the caller. What a request reads cannot change anything. */
export function run(database: Database, request: RestRequest, statement: Statement): Promise<Outcome> {
  return database.transaction(async (session) => {
    await becomeCaller(session, request.claims, request.settings);
    const { rows } = await session.query(statement.sql, statement.parameters.values);
    const row = rows[0] ?? {};
    const outcome: Outcome = {
      body: row.body ?? '',
      total: Number(row.total ?? 0),
      count: row.count === undefined ? null : Number(row.count),
      updated: Number(row.updated ?? 0),
      keys: typeof row.keys === 'string' ? (JSON.parse(row.keys) as string[]) : null,
    };
    // Inside the transaction: a write that changes more than it was to, or not the one row, must not last.
    if (!request.isRead) refuseTooManyRows(request.preferences, outcome.total);
    if (request.mediaType.isObject) onlyRow(outcome);
    return outcome;
  });
}
