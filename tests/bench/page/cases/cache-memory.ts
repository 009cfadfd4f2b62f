import type { Dashboard } from '@wedsync/dashboard';
import { type KeyKind, keysOf } from '../cache-keys.js';
import { digest } from '../digest.js';
import { freshName } from '../indexeddb.js';
import { loadOurs, loadPeer } from '../load.js';
import type { MakeSides } from '../side.js';
import { deleteStore } from '../store.js';
import { type ClientRecord, clientRecord, scattered } from '../values.js';

interface Parameters {
  keys: KeyKind;
  /** `get`: as a component's store reads it; `await`: by the method that would read it from elsewhere; `fetch`: by the one that would fetch it. */
  read: 'get' | 'await' | 'fetch';
  /** At most so many values. */
  present: number;
  /** Whether something was invalidated since the last read of each, which makes ours ask the module whether it is concerned. */
  isDoubted?: boolean;
}

type Read = (n: number) => ClientRecord | undefined | PromiseLike<ClientRecord | undefined>;

/** Each read has a key of its own, as a component that renders makes it. */
export const makeSides: MakeSides<Parameters> = async (
  { keys: kind, read, present, isDoubted = false },
  { amount },
) => {
  const { newQueryClient } = await loadPeer('@tanstack/query-core', () => import('../peers/query-core.js'));
  const { openOursCache, fillOurs } = await loadOurs(() => import('../peers/ours-cache.js'));
  const keys = keysOf(kind, present);
  const order = scattered(keys.count);
  // Of what is doubted, each is asked once.
  const reads = isDoubted ? keys.count : amount(100_000);
  const values = Array.from({ length: keys.count }, (_, n) => clientRecord(n));
  const client = newQueryClient();
  const map = new Map<number, ClientRecord>();
  const name = freshName();
  let dashboard: Dashboard;

  const fetcher = () => Promise.reject(new Error('It was not there.'));
  const ours: Record<Parameters['read'], Read> = {
    get: (n) => dashboard.cache.getSnapshot<ClientRecord>(keys.ours(n)).data,
    await: async (n) => (await dashboard.cache.get<ClientRecord>(keys.ours(n)))?.data,
    fetch: async (n) =>
      (await dashboard.cache.getOrFetch<ClientRecord>(keys.ours(n), fetcher, { ttl: 3_600_000 })).data,
  };
  const theirs: Record<Parameters['read'], Read> = {
    get: (n) => client.getQueryData<ClientRecord>(keys.theirs(n)),
    await: async (n) => client.getQueryData<ClientRecord>(keys.theirs(n)),
    fetch: (n) =>
      client.fetchQuery<ClientRecord>({ queryKey: keys.theirs(n), queryFn: fetcher, staleTime: 3_600_000 }),
  };

  const side = (readOne: Read, doubt?: () => Promise<unknown>) => ({
    round: async () => {
      await doubt?.();
      let guests = 0;
      const isSync = read === 'get';
      const started = performance.now();
      for (let at = 0; at < reads; at += 1) {
        const found = readOne(order[at % keys.count] ?? 0);
        const value = isSync ? (found as ClientRecord | undefined) : await found;
        guests += value?.wedding.guests ?? Number.NaN;
      }
      const ms = performance.now() - started;
      if (!(guests > 0)) throw new Error('Not every value was found.');
      return (ms * 1_000) / reads;
    },
    result: async () => {
      const all: (ClientRecord | undefined)[] = [];
      for (let n = 0; n < keys.count; n += 1) all.push(await readOne(n));
      return digest(all);
    },
  });

  return [
    {
      role: 'ours',
      name: '@wedsync/dashboard',
      async prepare() {
        dashboard = await openOursCache(name);
        await fillOurs(
          dashboard,
          values.map((data, n) => ({ key: keys.ours(n), data, ttl: 3_600_000 })),
        );
        // Whether what was set first still holds has to be read again once so many others were.
        for (let n = 0; n < keys.count; n += 1) await dashboard.cache.get(keys.ours(n));
      },
      ...side(ours[read], isDoubted ? () => dashboard.cache.invalidateByTag('of nothing') : undefined),
      async close() {
        await dashboard?.close();
        await deleteStore(name);
      },
    },
    {
      role: 'peer',
      name: '@tanstack/query-core',
      prepare() {
        for (const [n, value] of values.entries()) client.setQueryData(keys.theirs(n), value);
      },
      ...side(theirs[read]),
      close: () => client.clear(),
    },
    {
      role: 'limit',
      name: 'a Map',
      prepare() {
        for (const [n, value] of values.entries()) map.set(n, value);
      },
      ...side((n) => map.get(n)),
    },
  ];
};
