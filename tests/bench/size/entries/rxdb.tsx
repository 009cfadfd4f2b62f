import { createClient } from '@supabase/supabase-js';
import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { addRxPlugin, createRxDatabase, type RxCollection } from 'rxdb/plugins/core';
import { RxDBLeaderElectionPlugin } from 'rxdb/plugins/leader-election';
import { replicateSupabase } from 'rxdb/plugins/replication-supabase';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';

/*
 * Live tables and a queue of writes by RxDB, as its documentation shows them: its replication with Supabase, which one
 * tab runs, its storage over Dexie, and leader election; supabase-js for sign-in, requests and changes; cockatiel for
 * retries, breaker and timeouts. There is no cache of other values, no event log and no health monitor.
 */

type Activity = { id: string; supplier_id: string; text: string };

const supplierId = '51000000-0000-4000-8000-000000000001';
const supabase = createClient('https://project.supabase.co', 'publishable-key');

const policy = wrap(
  retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
  circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) }),
  timeout(5_000, TimeoutStrategy.Aggressive),
);

async function open(): Promise<RxCollection<Activity>> {
  addRxPlugin(RxDBLeaderElectionPlugin);
  const database = await createRxDatabase<{ activity: RxCollection<Activity> }>({
    name: 'dashboard',
    storage: getRxStorageDexie(),
    multiInstance: true,
  });
  const { activity } = await database.addCollections({
    activity: {
      schema: {
        version: 0,
        primaryKey: 'id',
        type: 'object',
        properties: {
          id: { type: 'string', maxLength: 40 },
          supplier_id: { type: 'string' },
          text: { type: 'string' },
        },
        required: ['id', 'supplier_id', 'text'],
      },
    },
  });
  replicateSupabase<Activity>({
    tableName: 'activity',
    client: supabase,
    collection: activity,
    replicationIdentifier: `activity-${supplierId}`,
    live: true,
    waitForLeadership: true,
    pull: { batchSize: 50, queryBuilder: ({ query }) => query.eq('supplier_id', supplierId) },
    push: { batchSize: 50 },
  });
  return activity;
}

const opened = open();

async function press() {
  const { data } = await supabase.auth.getSession();
  if (!data.session) {
    await supabase.auth.signInWithPassword({ email: 'a@example.com', password: 'password' });
  }
  await (await opened).insert({ id: crypto.randomUUID(), supplier_id: supplierId, text: 'hello' });
}

function Feed() {
  const [rows, setRows] = useState<Activity[]>([]);
  const [summary, setSummary] = useState<unknown>(null);
  useEffect(() => {
    const subscription = opened.then((activity) =>
      activity
        .find({ selector: { supplier_id: supplierId }, sort: [{ id: 'desc' }], limit: 20 })
        .$.subscribe((found) => setRows(found.map((row) => row.toMutableJSON()))),
    );
    return () => void subscription.then((subscription) => subscription.unsubscribe());
  }, []);
  useEffect(() => {
    policy
      .execute(() => supabase.from('clients').select().throwOnError())
      .then(({ data }) => setSummary(data));
  }, []);
  return (
    <button type="button" onClick={press}>
      {rows.length} {summary ? 'read' : ''}
    </button>
  );
}

createRoot(document.body).render(<Feed />);
