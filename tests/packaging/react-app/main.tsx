import type { SupabaseClientLike } from '@wedsync/dashboard';
import {
  DashboardProvider,
  useConnection,
  useDashboard,
  usePresence,
  useService,
  useSubscription,
} from '@wedsync/dashboard/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const query = new URLSearchParams(location.search);
const project = { url: query.get('url') ?? '', key: query.get('key') ?? '' };

/** As much of a supabase-js client as the dashboard uses; nobody is signed in. */
function signedOutClient() {
  return {
    supabaseUrl: project.url,
    supabaseKey: project.key,
    auth: {
      getSession: async () => ({ data: { session: null } }),
      onAuthStateChange: () => ({ data: { subscription: { unsubscribe: () => {} } } }),
    },
  };
}

/** What the components below are to do; tests set it, and each of its changes renders them anew. */
interface Wishes {
  token?: unknown;
  label?: string;
  options?: Record<string, unknown>[];
  presences?: Record<string, unknown>[];
  unreadable?: boolean;
}

/** What they were told. */
const told: string[] = [];

function OddListener({ options, label }: { options: Record<string, unknown>; label: string }) {
  const { status, error } = useSubscription({
    onData: ({ payload }: { payload: { text: string } }) => told.push(`${label} data ${payload.text}`),
    onSystem: ({ message }: { message: string }) => told.push(`${label} system ${message}`),
    onStatus: (status: string) => told.push(`${label} status ${status}`),
    onError: (error: { code: string }) => told.push(`${label} error ${error.code}`),
    onContinuity: (continuity: string) => told.push(`${label} continuity ${continuity}`),
    ...options,
  } as never);
  return (
    <p data-testid="listener">
      {status} {error?.code ?? 'none'}
    </p>
  );
}

function Unreadable() {
  const [{ proxy }] = useState(() => {
    const revocable = Proxy.revocable({}, {});
    revocable.revoke();
    return revocable;
  });
  const { status, error } = useSubscription(proxy as never);
  return (
    <p data-testid="unreadable">
      {status} {error?.code ?? 'none'}
    </p>
  );
}

function Present({ options }: { options: Record<string, unknown> }) {
  const { status, error, presences } = usePresence(options as never);
  const people = Object.entries(presences).map(
    ([key, all]) => `${key}=${JSON.stringify(all.map(({ at }) => at))}`,
  );
  return (
    <p data-testid="present">
      {status} {error?.code ?? 'none'} {people.sort().join(' ')}
    </p>
  );
}

/** A wish is JSON: what is a function is named in it. */
function withFunctions(options: Record<string, unknown>) {
  const given = Object.entries(options).map(([name, value]) => [
    name,
    value === 'a function' ? () => undefined : value,
  ]);
  return Object.fromEntries(given) as Record<string, unknown>;
}

/** A wish is JSON: a state that is not is named in it. */
function stated(options: Record<string, unknown>) {
  const { state } = options;
  return state === 'a Map' ? { ...options, state: new Map([[1, 2]]) } : options;
}

function Stage() {
  const [wishes, setWishes] = useState<Wishes>({});
  Object.assign(window, { setWishes, told });
  const { token, label = 'first', options = [], presences = [], unreadable = false } = wishes;
  const tap = () => told.push(`${label} log`);
  return (
    <DashboardProvider
      options={{ ...project, onLog: tap, ...(token !== undefined && { accessToken: token as string }) }}
    >
      <Connection />
      <p data-testid="label">{label}</p>
      {unreadable && <Unreadable />}
      {options.map((option, index) => (
        <OddListener key={String(index)} options={withFunctions(option)} label={label} />
      ))}
      {presences.map((option, index) => (
        <Present key={String(index)} options={stated(option)} />
      ))}
    </DashboardProvider>
  );
}

const clients = query.has('supabase') ? [signedOutClient(), signedOutClient()] : [];

/** What the test puts into the page, so that only the package's own types are checked here. */
interface SupabaseJs {
  createClient(
    url: string,
    key: string,
  ): SupabaseClientLike & {
    auth: {
      signInWithPassword(credentials: { email: string; password: string }): Promise<unknown>;
      signOut(): Promise<unknown>;
    };
  };
}
const { supabase } = globalThis as { supabase?: SupabaseJs };
const realClient = query.has('room') ? supabase?.createClient(project.url, project.key) : undefined;

function Connection() {
  const { state, error } = useConnection();
  return (
    <p>
      <span data-testid="state">{state}</span> <span data-testid="error">{error?.code ?? 'none'}</span>
    </p>
  );
}

/** All that a component that mounts later has rendered, the first time included. */
const rendered: string[] = [];
function LateReader() {
  const { state } = useConnection();
  rendered.push(state);
  return <p data-testid="late">{[...new Set(rendered)].join(', ')}</p>;
}

function Listener({ channel, label }: { channel: string; label: string }) {
  const [heard, setHeard] = useState<string[]>([]);
  // The callback is new at each render and closes over `label`.
  const { status } = useSubscription({
    channel,
    onData: ({ payload }) => setHeard((former) => [...former, `${label}: ${payload.text}`]),
  });
  return (
    <>
      <p data-testid="status">{status}</p>
      <p data-testid="heard">{heard.join(', ')}</p>
    </>
  );
}

function Colleagues({ name }: { name: string }) {
  const [status, setStatus] = useState('here');
  const [channel, setChannel] = useState('office');
  const { presences } = usePresence({ channel, presenceKey: name, state: { status } });
  const told = Object.entries(presences).map(([key, [first]]) => `${key} ${first?.status}`);
  return (
    <>
      <p data-testid="colleagues">{told.sort().join(', ')}</p>
      <button type="button" onClick={() => setStatus('away')}>
        away
      </button>
      <button type="button" onClick={() => setChannel('barn')}>
        other room
      </button>
    </>
  );
}

/** A private room, mounted before anybody has signed in. */
function Room({ channel }: { channel: string }) {
  const { status, error } = useSubscription({ channel, private: true, onData: () => {} });
  const signIn = (email: string) =>
    void realClient?.auth.signInWithPassword({ email, password: query.get('password') ?? '' });
  return (
    <>
      <p data-testid="status">{status}</p>
      <p data-testid="why">{error?.code ?? 'none'}</p>
      {(query.get('emails') ?? '').split(',').map((email) => (
        <button key={email} type="button" onClick={() => signIn(email)}>
          {email}
        </button>
      ))}
      <button type="button" onClick={() => void realClient?.auth.signOut()}>
        sign out
      </button>
    </>
  );
}

function Controls() {
  const dashboard = useDashboard();
  const [channel, setChannel] = useState('lobby');
  const [label, setLabel] = useState('first');
  const [mounted, setMounted] = useState(true);
  const [stats, setStats] = useState('');
  const [late, setLate] = useState(false);
  return (
    <>
      {mounted ? <Listener channel={channel} label={label} /> : null}
      <button type="button" onClick={() => setLabel('second')}>
        other callback
      </button>
      <button type="button" onClick={() => setChannel('hall')}>
        other channel
      </button>
      <button type="button" onClick={() => setMounted(false)}>
        unmount
      </button>
      <button type="button" onClick={() => setStats(JSON.stringify(dashboard?.realtime.stats()))}>
        stats
      </button>
      <button type="button" onClick={() => setLate(true)}>
        late reader
      </button>
      {late ? <LateReader /> : null}
      <output data-testid="stats">{stats}</output>
    </>
  );
}

function Asker({ path }: { path: string }) {
  const { state, data } = useService<{ ok: boolean }>('dead', { path });
  return (
    <li data-testid="asker">
      {state} {data?.ok ? 'shown' : 'nothing'}
    </li>
  );
}

/** Many components that each ask a service for something else. */
const services = {
  dead: { url: query.get('dead') ?? '/', concurrency: 8, breaker: { timeout: 400, maxTimeout: 400 } },
};
function Storm() {
  const count = Number(query.get('askers'));
  const [seen, setSeen] = useState(true);
  return (
    <DashboardProvider options={{ ...project, services }}>
      <button type="button" onClick={() => setSeen(false)}>
        leave
      </button>
      <ul>{seen && Array.from({ length: count }, (_, n) => <Asker key={String(n)} path={`/${n}`} />)}</ul>
    </DashboardProvider>
  );
}

function App() {
  const [turn, setTurn] = useState(0);
  const supabase = realClient ?? clients[turn % clients.length];
  const room = query.get('room');
  // New objects at each render: what they hold says whether it is another dashboard.
  return (
    <DashboardProvider options={supabase ? { supabase } : { ...project }}>
      <Connection />
      {room ? <Room channel={room} /> : null}
      {query.has('who') ? <Colleagues name={query.get('who') ?? ''} /> : null}
      {room || query.has('who') ? null : <Controls />}
      <button type="button" onClick={() => setTurn(turn + 1)}>
        other client
      </button>
      <button type="button" onClick={() => setTurn(turn + clients.length)}>
        same client
      </button>
      <output data-testid="turn">{turn}</output>
    </DashboardProvider>
  );
}

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no root.');
createRoot(root).render(
  <StrictMode>{query.has('stage') ? <Stage /> : query.has('dead') ? <Storm /> : <App />}</StrictMode>,
);
