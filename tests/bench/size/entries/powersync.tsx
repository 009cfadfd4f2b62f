import { column, type PowerSyncBackendConnector, Schema, Table } from '@powersync/common';
import { PowerSyncDatabase } from '@powersync/web';
import { createClient } from '@supabase/supabase-js';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

/*
 * Live tables and a queue of writes by PowerSync's web SDK, as its documentation shows them, over SQLite in a worker
 * that tabs share; supabase-js for sign-in and for sending what was written. Changes come from PowerSync's own service
 * beside Supabase. There are no broadcasts or presence, no cache of other values and no breaker.
 */

const supplierId = '51000000-0000-4000-8000-000000000001';
const supabase = createClient('https://project.supabase.co', 'publishable-key');

const activity = new Table({ supplier_id: column.text, text: column.text });

const database = new PowerSyncDatabase({
  schema: new Schema({ activity }),
  database: { dbFilename: 'dashboard.db' },
});

const connector: PowerSyncBackendConnector = {
  async fetchCredentials() {
    const { data } = await supabase.auth.getSession();
    return data.session && { endpoint: 'https://project.powersync.com', token: data.session.access_token };
  },
  async uploadData(database) {
    const transaction = await database.getNextCrudTransaction();
    if (!transaction) return;
    for (const { table, id, opData } of transaction.crud) {
      await supabase
        .from(table)
        .upsert({ ...opData, id })
        .throwOnError();
    }
    await transaction.complete();
  },
};

async function press() {
  const { data } = await supabase.auth.getSession();
  if (!data.session) {
    await supabase.auth.signInWithPassword({ email: 'a@example.com', password: 'password' });
    await database.connect(connector);
  }
  const row = [crypto.randomUUID(), supplierId, 'hello'];
  await database.execute('insert into activity (id, supplier_id, text) values (?, ?, ?)', row);
}

function Feed() {
  const [rows, setRows] = useState<unknown[]>([]);
  useEffect(() => {
    const ended = new AbortController();
    const query = 'select * from activity where supplier_id = ? order by id desc limit 20';
    database.watch(
      query,
      [supplierId],
      { onResult: ({ rows }) => setRows(rows?._array ?? []) },
      { signal: ended.signal },
    );
    return () => ended.abort();
  }, []);
  return (
    <button type="button" onClick={press}>
      {rows.length}
    </button>
  );
}

createRoot(document.body).render(<Feed />);
