import { QueryClient, useQuery } from '@tanstack/react-query';
import { type PersistedClient, PersistQueryClientProvider } from '@tanstack/react-query-persist-client';
import { type CachePersister, cachePersister, type Dashboard } from '@wedsync/dashboard';
import { DashboardProvider, useDashboard } from '@wedsync/dashboard/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const query = new URLSearchParams(location.search);
const buster = query.get('buster') ?? '';

/** What persisters were given and are done with. */
const persisted: string[] = [];
Object.assign(window, { persisted });

function noted(persister: CachePersister<PersistedClient>): CachePersister<PersistedClient> {
  return {
    ...persister,
    async persistClient(client) {
      await persister.persistClient(client);
      persisted.push(JSON.stringify(client));
    },
  };
}

function Guests() {
  const { data, status } = useQuery({
    queryKey: ['guests'],
    queryFn: async ({ signal }) => (await fetch('/answers/guests', { signal })).json() as Promise<string>,
  });
  return (
    <p data-testid="guests">
      {status} {data}
    </p>
  );
}

function Persisted({ dashboard }: { dashboard: Dashboard }) {
  const [{ client, persister }] = useState(() => ({
    client: new QueryClient({
      defaultOptions: { queries: { gcTime: 86_400_000, staleTime: 60_000, retry: false } },
    }),
    persister: noted(cachePersister<PersistedClient>(dashboard.cache, 's1')),
  }));
  Object.assign(window, { dashboard, client });
  return (
    <PersistQueryClientProvider client={client} persistOptions={{ persister, buster }}>
      <Guests />
    </PersistQueryClientProvider>
  );
}

/** The queries outlive a sign-in here, as in an application that has forgotten to let go of them. */
function Page() {
  const dashboard = useDashboard();
  return dashboard && <Persisted dashboard={dashboard} />;
}

function App() {
  const [token, setToken] = useState(query.get('token'));
  Object.assign(window, { setToken });
  return (
    <DashboardProvider
      options={{
        url: location.origin,
        key: 'key',
        accessToken: token,
        cache: { devices: false, tables: 'none' },
      }}
    >
      <Page />
    </DashboardProvider>
  );
}

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no root.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
