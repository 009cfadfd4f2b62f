import type { Client } from './client.js';
import { DashboardError } from './errors.js';
import { Records } from './records.js';

/** What became of a wipe, as the module tells it. */
interface Wiped {
  /** Whether the other tabs are bound by it. */
  marked: boolean;
  /** Whether everything is deleted already. */
  complete: boolean;
}

/**
 * Wipes what this device keeps for the present user.
 *
 * @throws {DashboardError} `pending_writes` if there are writes that the server has not confirmed and `pending` is `refuse`;
 * `storage_unavailable` if nothing could be wiped for certain.
 */
export async function wipe(client: Client, pending: 'refuse' | 'discard'): Promise<void> {
  if (pending === 'refuse') {
    const { size } = await new Records(client, 'outbox').all();
    if (size > 0) throw pendingWrites(size);
  }
  const { marked, complete } = await client.call<Wiped>(() => (module, call) => module.storeWipe(call));
  if (marked || complete) return;
  throw new DashboardError(
    'storage_unavailable',
    'The browser has not confirmed that anything was wiped. Close the other tabs of this site and sign out again.',
    { retryable: true },
  );
}

function pendingWrites(count: number): DashboardError {
  const writes = count === 1 ? 'One write has' : `${count} writes have`;
  return new DashboardError(
    'pending_writes',
    `${writes} not been confirmed by the server, and signing out would lose them. Wait until they are, or call signOut with ` +
      '`pending: "discard"`.',
    { retryable: true, cause: { count } },
  );
}
