/// <reference lib="esnext.disposable" preserve="true" />

import { copied } from './arguments.js';
import { DashboardCacheManager } from './cache/manager.js';
import { clientOf } from './client.js';
import { DashboardHealthMonitor } from './health/monitor.js';
import { DashboardIntegrationClient } from './integrations/client.js';
import { projectServices } from './integrations/project.js';
import { SharedBreakers } from './integrations/sharing.js';
import { init } from './module.js';
import type { CacheOptions } from './options/cache.js';
import type { RealtimeOptions, SupabaseRealtimeOptions } from './options/manager.js';
import type { InitOptions } from './options/place.js';
import type { ServiceOptions } from './options/service.js';
import { checkedSignOut, type SignOutOptions } from './options/sign-out.js';
import { RealtimeSubscriptionManager } from './realtime.js';
import { wipe } from './sign-out.js';
import { DashboardStore } from './store.js';

/** Options of `createDashboard`: the project by `url` and `key`, or by a supabase-js client. */
export type DashboardOptions = (RealtimeOptions | SupabaseRealtimeOptions) &
  InitOptions & {
    /** Services of other providers that the application calls, by name. `database` and `realtime` are the project's own. Default: none. */
    services?: Record<string, Partial<ServiceOptions>> | undefined;
    /** How the cache keeps and shares what was fetched. Default: on this device, for five minutes. */
    cache?: CacheOptions | undefined;
  };

/** What `createDashboard` gives. */
export interface Dashboard {
  /** Live subscriptions. */
  readonly realtime: RealtimeSubscriptionManager;
  /**
   * Calls of the project's database (`database`) and Realtime over HTTP (`realtime`), and of the `services` that were given: each with a
   * breaker, which the user's tabs share and the next page takes over.
   */
  readonly integrations: DashboardIntegrationClient;
  /** What was fetched, kept on this device and, if there is a remote tier, for the members' other devices. */
  readonly cache: DashboardCacheManager;
  /**
   * How everything stands that the dashboard depends on: the services, Realtime, the storage of this device, its clock. Nothing is asked
   * for before `startMonitoring`.
   */
  readonly health: DashboardHealthMonitor;
  /**
   * What this device keeps for the user. Its databases are opened when this is first read, once the access token has told
   * whose they are.
   *
   * @throws {DashboardError} `closed`.
   */
  readonly store: DashboardStore;
  /**
   * Wipes everything that this device keeps for the present user, in all tabs and for good, with or without a network. Call it
   * before the sign-out of your auth library. A session that ends by itself wipes nothing: the same user finds it all again.
   *
   * Resolves once no tab reads or writes any of it any more. What another tab holds open is deleted when that is closed.
   *
   * @throws {DashboardError} `pending_writes` if writes are not confirmed by the server and `pending` is not `discard`; the
   * error's `cause` has their `count`. Nothing is wiped then. `storage_unavailable`, `invalid_option`, `unknown_option`,
   * `closed`.
   */
  signOut(options?: SignOutOptions): Promise<void>;
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
 * An application that has a supabase-js client gives it, and has nothing more to wire:
 * ```ts
 * import { createClient } from '@supabase/supabase-js';
 *
 * const supabase = createClient('https://project.supabase.co', 'publishable-key');
 * const dashboard = await createDashboard({ supabase });
 * ```
 *
 * @example
 * Any other gives its project, and the user's token where it has one:
 * ```ts
 * const dashboard = await createDashboard({
 *   url: 'https://project.supabase.co',
 *   key: 'publishable-key',
 *   accessToken: () => session?.token ?? null,
 * });
 * ```
 */
export async function createDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { wasmUrl, services, cache: cacheOptions, ...rest } = copied('createDashboard', options);
  const loading = init({ wasmUrl });
  // Where the options are wrong that is what is told, and nobody waits for it.
  loading.catch(() => {});
  // Made while the module is loading: a page that opens waits for both.
  const realtime = new RealtimeSubscriptionManager(rest);
  const client = clientOf(realtime);
  await loading;
  client.start();
  const integrations = new DashboardIntegrationClient({ services: projectServices(client, services) });
  const breakers = new SharedBreakers(client.project);
  integrations.shareBreakers(breakers);
  client.tellWiped = () => breakers.wipe();
  realtime.on('user-changed', () => {
    const { isNone, wasAnothers } = client.token;
    // Who was here first may never have been told of.
    if (breakers.userChanged(isNone) || wasAnothers) integrations.userChanged();
  });
  const health = new DashboardHealthMonitor(client, integrations, () => realtime.getTabs());
  integrations.watchedBy(health);
  const cache = new DashboardCacheManager(realtime, cacheOptions);
  let store: DashboardStore | undefined;
  const close = () => {
    breakers.close();
    integrations.close();
    cache.close();
    realtime.close();
  };
  return {
    realtime,
    integrations,
    health,
    cache,
    get store() {
      store ??= new DashboardStore(client);
      return store;
    },
    async signOut(options = {}) {
      const { pending } = checkedSignOut(options);
      await wipe(client, pending);
    },
    async close() {
      close();
    },
    [Symbol.dispose]: close,
  };
}
