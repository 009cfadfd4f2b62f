import { DashboardError } from './errors.js';
import { checkedInit, type InitOptions } from './options/place.js';
import load from './wedsync_dashboard.js';

let loading: Promise<void> | undefined;
let loaded = false;

/**
 * Loads the WebAssembly module; once, however often it is called. Everything asynchronous in this package calls it by
 * itself, so it is needed only to begin early or to name another `wasmUrl`.
 *
 * @throws {DashboardError} `not_in_browser` on a server, `module_unavailable` if the file cannot be loaded (a later
 * call tries again), `invalid_option`, `unknown_option`.
 *
 * @example
 * ```ts
 * await init({ wasmUrl: '/assets/wedsync_dashboard_bg.wasm' });
 * ```
 */
export function init(options: InitOptions = {}): Promise<void> {
  try {
    const { wasmUrl } = checkedInit(options);
    loading ??= start(wasmUrl).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Whether {@link init} has succeeded. */
export function isLoaded(): boolean {
  return loaded;
}

async function start(wasmUrl: InitOptions['wasmUrl']): Promise<void> {
  if (typeof WebSocket === 'undefined' || typeof addEventListener === 'undefined') {
    throw new DashboardError(
      'not_in_browser',
      'The dashboard module runs in a browser. On a server it may be imported and rendered, not connected.',
    );
  }
  try {
    await load(wasmUrl === undefined ? undefined : { module_or_path: wasmUrl });
    loaded = true;
  } catch (cause) {
    throw new DashboardError(
      'module_unavailable',
      'The WebAssembly file could not be loaded. Check that it is served, and no page in its place (option `wasmUrl` ' +
        "names another), and that a content security policy, if there is one, allows 'wasm-unsafe-eval'.",
      { retryable: true, cause },
    );
  }
}
