import { createElement, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { copied } from '../arguments.js';
import { createDashboard, type Dashboard, type DashboardOptions } from '../dashboard.js';
import { type DashboardError, toError } from '../errors.js';
import { complain } from './complain.js';
import { useLatest } from './latest.js';
import { Context, type Provided } from './provided.js';
import { connectionStore } from './store.js';

/** Props of {@link DashboardProvider}. */
export interface DashboardProviderProps {
  /**
   * As for `createDashboard`. A new dashboard is made when `url`, `key`, `supabase` or `wasmUrl` change, and when
   * `onLog`, `onTraffic` or an `accessToken` function comes or goes. These functions are always called in their latest
   * form; another `accessToken` that is no function is set at once.
   */
  options: DashboardOptions;
  children?: ReactNode;
}

/**
 * Makes one dashboard for all components below it, and closes it when it leaves the page.
 *
 * @example
 * ```tsx
 * <DashboardProvider options={{ url, key, accessToken: () => session?.access_token ?? null }}>
 *   <Feed />
 * </DashboardProvider>
 * ```
 */
export function DashboardProvider({ options, children }: DashboardProviderProps): ReactElement {
  const [provided, setProvided] = useState<Provided>({ dashboard: null, error: null });
  const latest = useLatest(options);
  const { url, key, supabase, place, token, functions } = parts(options);
  /** The token that the dashboard has, if it is no function's. */
  const set = useRef<unknown>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what makes a dashboard another one
  useEffect(() => {
    let left = false;
    let made: Dashboard | undefined;
    set.current = token;
    const make = async () => createDashboard(followed(latest));
    make().then(
      (dashboard) => {
        made = dashboard;
        // It listens from now on: a failure is told once, and a component may mount after that.
        connectionStore(dashboard);
        if (left) void dashboard.close();
        else setProvided({ dashboard, error: null });
      },
      (thrown: unknown) => {
        if (left) return;
        const error = toError(thrown);
        complain(error);
        setProvided({ dashboard: null, error });
      },
    );
    return () => {
      left = true;
      setProvided({ dashboard: null, error: null });
      void made?.close();
    };
  }, [url, key, supabase, place, functions]);
  const { dashboard } = provided;
  useEffect(() => {
    if (!dashboard || typeof token === 'function' || token === set.current) return;
    set.current = token;
    const tell = (error: DashboardError | null) =>
      setProvided((former) => (former.dashboard === dashboard ? { dashboard, error } : former));
    dashboard.realtime.setAuth((token ?? null) as string | null).then(
      () => tell(null),
      (error: DashboardError) => {
        complain(error);
        tell(error);
      },
    );
  }, [dashboard, token]);
  return createElement(Context.Provider, { value: provided }, children);
}

/** What of the options makes a dashboard another one, and the token. What cannot be read is for `createDashboard` to refuse. */
function parts(
  options: DashboardOptions,
): Record<'url' | 'key' | 'supabase' | 'token' | 'place' | 'functions', unknown> {
  try {
    const { url, key, supabase, wasmUrl, accessToken: token, onLog, onTraffic } = Object(options) as Given;
    const place = wasmUrl === undefined ? undefined : String(wasmUrl);
    const functions = [token, onLog, onTraffic].map((value) => typeof value === 'function').join();
    return { url, key, supabase, token, place, functions };
  } catch {
    return { url: null, key: null, supabase: null, token: null, place: null, functions: null };
  }
}

type Given = Partial<Record<keyof DashboardOptions | 'supabase', unknown>>;

/** The options, with their functions as they are when they are called. */
function followed(latest: { readonly current: DashboardOptions }): DashboardOptions {
  const options = copied('DashboardProvider', latest.current);
  const { accessToken, onLog, onTraffic } = options;
  return {
    ...options,
    ...(typeof accessToken === 'function' && {
      accessToken: () => {
        const source = latest.current.accessToken;
        return typeof source === 'function' ? source() : (source ?? null);
      },
    }),
    ...(typeof onLog === 'function' && { onLog: (entry) => latest.current.onLog?.(entry) }),
    ...(typeof onTraffic === 'function' && { onTraffic: (frame) => latest.current.onTraffic?.(frame) }),
  } as DashboardOptions;
}
