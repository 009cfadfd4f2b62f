import { createDashboard, type Dashboard } from '@wedsync/dashboard';
import { digest } from '../digest.js';
import { freshName } from '../indexeddb.js';
import { loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';
import { deleteStore } from '../store.js';
import { type ClientRecord, type Entry, entries } from '../values.js';

/** The servers' ends are `lib/remote-cache.mjs` and, of ours, `lib/own-cache.mjs`. */
const endpoint = '/remote-cache';
const supplierId = 'roses';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { newQueryClient, queryKeyOf } = await loadPeer(
    '@tanstack/query-core',
    () => import('../peers/query-core.js'),
  );
  const values = entries(0, amount(200));
  for (const entry of values) await store(entry);

  // Its documentation has `query` for imperative reads since `fetchQuery` is deprecated, and a query function that
  // fetches and throws when the answer is not ok.
  const client = newQueryClient();
  const throughClient = (key: string) => client.query({ queryKey: queryKeyOf(key), queryFn: () => get(key) });

  const token = await (await fetch('/api/token')).text();
  const cacheKey = (key: string) => ({
    namespace: 'clients',
    supplierId,
    resource: 'record',
    params: { id: key },
  });
  /** Each is another device: a project of its own is what databases of its own are. */
  const device = async () => {
    const name = freshName();
    const dashboard = await createDashboard({
      url: `https://${name}.example`,
      key: 'key',
      accessToken: async () => token,
      cache: { remote: '/api/cache', devices: false, tables: 'none' },
    });
    // What opens with the first call is no part of a hit.
    await dashboard.cache.get(cacheKey(''));
    return { name, dashboard };
  };
  const first = await device();
  for (const { key, value } of values) {
    const { remote } = await first.dashboard.cache.set(cacheKey(key), value, { ttl: 3_600_000 });
    if (!remote) throw new Error('The remote tier did not take a value.');
  }
  await first.dashboard.close();
  await deleteStore(first.name);
  let present: { name: string; dashboard: Dashboard } | undefined;
  const leave = async () => {
    await present?.dashboard.close();
    if (present) await deleteStore(present.name);
    present = undefined;
  };
  const throughCache = async (key: string) => {
    const found = await present?.dashboard.cache.get<ClientRecord>(cacheKey(key));
    if (!found) throw new Error('The remote tier has nothing.');
    return found.data;
  };
  const arrive = async () => {
    await leave();
    present = await device();
  };

  return [
    reading('ours', '@wedsync/dashboard', throughCache, values, arrive, leave),
    reading('peer', '@tanstack/query-core', throughClient, values, () => client.clear()),
    reading('limit', 'fetch', get, values),
  ];
};

function reading(
  role: Side['role'],
  name: string,
  read: (key: string) => Promise<ClientRecord>,
  values: Entry[],
  forget: () => unknown = () => {},
  close = forget,
): Side {
  return {
    role,
    name,
    async round() {
      await forget();
      let guests = 0;
      const started = performance.now();
      for (const { key } of values) guests += (await read(key)).wedding.guests;
      const ms = performance.now() - started;
      if (!(guests > 0)) throw new Error(`${name} did not read every value.`);
      return ms / values.length;
    },
    async result() {
      await forget();
      const found = [];
      for (const { key } of values) found.push(await read(key));
      return { count: found.length, digest: await digest(found), first: found[0] };
    },
    async close() {
      await close();
    },
  };
}

/** A Redis keeps texts, so the value is JSON inside of JSON. */
async function get(key: string): Promise<ClientRecord> {
  const response = await fetch(`${endpoint}/get/${encodeURIComponent(key)}`);
  if (!response.ok) throw new Error(`The remote cache answered ${response.status}.`);
  const { result } = await response.json();
  return JSON.parse(result);
}

async function store({ key, value }: Entry): Promise<void> {
  const response = await fetch(`${endpoint}/set/${encodeURIComponent(key)}`, {
    method: 'POST',
    body: JSON.stringify(value),
  });
  if (!response.ok) throw new Error(`The remote cache answered ${response.status}.`);
}
