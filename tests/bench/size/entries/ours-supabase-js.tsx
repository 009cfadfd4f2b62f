import { createClient } from '@supabase/supabase-js';
import { DashboardProvider, useConnection, useSubscription } from '@wedsync/dashboard/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

/* The package, with supabase-js beside it for sign-in and requests. */

const supplierId = '51000000-0000-4000-8000-000000000001';
const supabase = createClient('https://project.supabase.co', 'publishable-key');

function Feed() {
  const [rows, setRows] = useState<unknown[]>([]);
  const read = async () => {
    const { data } = await supabase.from('activity').select().eq('supplier_id', supplierId).throwOnError();
    setRows(data);
  };
  const filter = `supplier_id=eq.${supplierId}`;
  useSubscription({ channel: 'activity', table: 'activity', filter, onData: read, onContinuity: read });
  const { connected } = useConnection();
  const press = async () => {
    const { data } = await supabase.auth.getSession();
    if (!data.session)
      await supabase.auth.signInWithPassword({ email: 'a@example.com', password: 'password' });
    await supabase.from('activity').insert({ supplier_id: supplierId, text: 'hello' }).throwOnError();
  };
  return (
    <button type="button" onClick={press}>
      {connected ? rows.length : 'Disconnected'}
    </button>
  );
}

createRoot(document.body).render(
  <DashboardProvider options={{ supabase }}>
    <Feed />
  </DashboardProvider>,
);
