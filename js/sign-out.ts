import type { Client } from './client.js';
import { DashboardError } from './errors.js';

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
  const { marked, complete } = await client.call<Wiped>(
    () => (module, call) => module.storeWipe(call, pending === 'refuse'),
  );
  if (marked || complete) return;
  throw new DashboardError(
    'storage_unavailable',
    'The browser has not confirmed that anything was wiped. Close the other tabs of this site and sign out again.',
    { retryable: true },
  );
}
