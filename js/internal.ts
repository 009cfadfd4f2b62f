/**
 * What this package's own tests and benchmarks reach, and applications do not: it may change with any version.
 *
 * @packageDocumentation
 */
import { clientOf } from './client.js';
import type { Dashboard } from './dashboard.js';
import { Records } from './records.js';
import type { StoreDatabase } from './stored.js';

export type { Records, StoredValues, Written } from './records.js';

/** The values of one of the user's databases. */
export function recordsOf({ realtime }: Dashboard, database: StoreDatabase): Records {
  return new Records(clientOf(realtime), database);
}
