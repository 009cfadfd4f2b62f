/// <reference lib="esnext.disposable" preserve="true" />

import { DashboardError } from './errors.js';
import { init } from './module.js';
import { RealtimeSubscriptionManager } from './realtime.js';
import type { DashboardOptions } from './types.js';

/** What `createDashboard` gives. */
export interface Dashboard {
  /** Live subscriptions. */
  readonly realtime: RealtimeSubscriptionManager;
  /** Closes everything for good; nothing is left running. Later calls fail with `closed`. */
  close(): Promise<void>;
  [Symbol.dispose](): void;
}

/**
 * Loads the module and makes a dashboard client. Connects nothing until something is subscribed.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`, `invalid_url`, `missing_key`, `module_unavailable`,
 * `not_in_browser`.
 *
 * @example
 * ```ts
 * const dashboard = await createDashboard({
 *   url: 'https://project.supabase.co',
 *   key: 'publishable-key',
 *   accessToken: async () => (await supabase.auth.getSession()).data.session?.access_token ?? null,
 * });
 * ```
 */
export async function createDashboard(options: DashboardOptions): Promise<Dashboard> {
  if (typeof options !== 'object' || options === null) {
    throw new DashboardError('invalid_option', 'createDashboard takes an object of options.');
  }
  const { wasmUrl, ...rest } = options;
  await init(wasmUrl === undefined ? {} : { wasmUrl });
  const realtime = new RealtimeSubscriptionManager(rest);
  return {
    realtime,
    async close() {
      realtime.close();
    },
    [Symbol.dispose]() {
      realtime.close();
    },
  };
}
