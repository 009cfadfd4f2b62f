import { AuthClient } from '@supabase/auth-js';
import { PostgrestClient } from '@supabase/postgrest-js';
import { DashboardProvider, useConnection, useSubscription } from '@wedsync/dashboard/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

/*
 * The package, with the two parts of supabase-js beside it that an application needs: sign-in and requests. Its realtime,
 * storage and functions, which `createClient` brings along, are left out.
 */

const supplierId = '51000000-0000-4000-8000-000000000001';
const url = 'https://project.supabase.co';
const key = 'publishable-key';

const auth = new AuthClient({ url: `${url}/auth/v1`, headers: { apikey: key }, storageKey: 'session' });
const accessToken = async () => (await auth.getSession()).data.session?.access_token ?? null;
const rest = new PostgrestClient(`${url}/rest/v1`, {
  headers: { apikey: key },
  fetch: async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Authorization', `Bearer ${(await accessToken()) ?? key}`);
    return fetch(input, { ...init, headers });
  },
});

function Feed() {
  const [rows, setRows] = useState<unknown[]>([]);
  const read = async () => {
    const { data } = await rest.from('activity').select().eq('supplier_id', supplierId).throwOnError();
    setRows(data);
  };
  const filter = `supplier_id=eq.${supplierId}`;
  useSubscription({ channel: 'activity', table: 'activity', filter, onData: read, onContinuity: read });
  const { connected } = useConnection();
  const press = async () => {
    const { data } = await auth.getSession();
    if (!data.session) await auth.signInWithPassword({ email: 'a@example.com', password: 'password' });
    await rest.from('activity').insert({ supplier_id: supplierId, text: 'hello' }).throwOnError();
  };
  return (
    <button type="button" onClick={press}>
      {connected ? rows.length : 'Disconnected'}
    </button>
  );
}

createRoot(document.body).render(
  <DashboardProvider options={{ url, key, accessToken }}>
    <Feed />
  </DashboardProvider>,
);
