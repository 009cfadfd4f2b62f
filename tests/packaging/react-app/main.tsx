import { DashboardProvider, useConnection, useDashboard, useSubscription } from '@wedsync/dashboard/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const query = new URLSearchParams(location.search);
const options = { url: query.get('url') ?? '', key: query.get('key') ?? '' };

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

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no root.');
createRoot(root).render(
  <StrictMode>
    <DashboardProvider options={options}>
      <Connection />
      <Controls />
    </DashboardProvider>
  </StrictMode>,
);
