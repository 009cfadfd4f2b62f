import type { CacheOptions } from '@wedsync/dashboard';
import { DashboardProvider, type ResourceOptions, useDashboard, useResource } from '@wedsync/dashboard/react';
import { Component, Profiler, type ReactNode, Suspense, useState } from 'react';

/** A component that shows a resource. */
interface Shown {
  /** Tells it from others. */
  id: string;
  /** What it shows; `null` for the key `null`. */
  name: string | null;
  options?: ResourceOptions;
  /** Another one mounts another error boundary. */
  attempt?: number;
}

/** What the components are to do; tests set it, and each of its changes renders them anew. */
export interface Wishes {
  token?: string | null;
  cache?: CacheOptions;
  shown?: Shown[];
}

type View = ReturnType<typeof useResource<string>>;

/** What each component has shown, in the order of React's commits, and the view that it has now. */
const commits: Record<string, string[]> = {};
const views: Record<string, View> = {};

function One({ id, name, options }: Shown) {
  const key = name === null ? null : { namespace: 'test', supplierId: 's1', resource: name };
  const view = useResource(
    key,
    async ({ signal }) => {
      const answer = await fetch(`/answers/${name}`, { signal });
      if (!answer.ok) throw new Error(`The server has answered ${answer.status}.`);
      return (await answer.json()) as string;
    },
    options,
  );
  views[id] = view;
  return <span data-testid={id}>{written(view)}</span>;
}

function written({ data, state, error, isFetching }: View) {
  return [data ?? 'nothing', state, isFetching && 'fetching', error?.code].filter(Boolean).join(' ');
}

class Boundary extends Component<{ id: string; children: ReactNode }, { thrown: Error | null }> {
  override state = { thrown: null };

  static getDerivedStateFromError(thrown: Error) {
    return { thrown };
  }

  override render() {
    const { thrown } = this.state as { thrown: (Error & { code?: string }) | null };
    if (!thrown) return this.props.children;
    return <span data-testid={this.props.id}>thrown {thrown.code}</span>;
  }
}

function Noted(shown: Shown) {
  const { id, attempt = 0 } = shown;
  const note = () => {
    const view = views[id];
    if (!view) return;
    commits[id] ??= [];
    commits[id].push(written(view));
  };
  return (
    <Boundary id={id} key={attempt}>
      <Suspense fallback={<span data-testid={id}>waiting</span>}>
        <Profiler id={id} onRender={note}>
          <One {...shown} />
        </Profiler>
      </Suspense>
    </Boundary>
  );
}

/** The dashboard, for tests to call. */
function Exposed() {
  const dashboard = useDashboard();
  if (typeof window !== 'undefined') Object.assign(window, { dashboard });
  return null;
}

/** Everything, on the server and in the page. */
export function Resources({ url, first }: { url: string; first: Wishes }) {
  const [wishes, setWishes] = useState(first);
  if (typeof window !== 'undefined') Object.assign(window, { setWishes, commits, views });
  const { token, cache, shown = [] } = wishes;
  return (
    <DashboardProvider
      options={{
        url,
        key: 'key',
        accessToken: token ?? null,
        cache: { devices: false, tables: 'none', ...cache },
      }}
    >
      <Exposed />
      {shown.map((one) => (
        <p key={one.id}>
          <Noted {...one} />
        </p>
      ))}
    </DashboardProvider>
  );
}
