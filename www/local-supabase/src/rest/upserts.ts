import { quoteIdentifier } from '../database/database.js';
import type { Column } from './catalog.js';
import type { Preferences } from './preferences.js';

/** How many rows of an upsert were there already. */
export const updatedSql = "coalesce(nullif(current_setting('rest.updated', true), ''), '0')::int";

export function conflictSql(
  resolution: Preferences['resolution'],
  target: readonly string[],
  columns: readonly Column[],
): string {
  const names = target.map(quoteIdentifier).join(', ');
  if (resolution === 'ignore-duplicates' || columns.length === 0) {
    return ` on conflict (${names}) do nothing`;
  }
  const assignments = columns.map(
    ({ name }) => `${quoteIdentifier(name)} = excluded.${quoteIdentifier(name)}`,
  );
  // Counts the rows that were there: an upsert that inserts none is answered with another status.
  return ` on conflict (${names}) do update set ${assignments.join(', ')}
    where set_config('rest.updated', (${updatedSql} + 1)::text, true) <> ''`;
}
