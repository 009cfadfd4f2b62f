import { digest } from '../digest.js';
import { loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';
import { type ClientRecord, type Entry, entries } from '../values.js';

/** The server's end is `lib/remote-cache.mjs`. */
const endpoint = '/remote-cache';

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

  return [
    reading('peer', '@tanstack/query-core', throughClient, values, () => client.clear()),
    reading('limit', 'fetch', get, values),
  ];
};

function reading(
  role: Side['role'],
  name: string,
  read: (key: string) => Promise<ClientRecord>,
  values: Entry[],
  forget: () => void = () => {},
): Side {
  return {
    role,
    name,
    async round() {
      forget();
      let guests = 0;
      const started = performance.now();
      for (const { key } of values) guests += (await read(key)).wedding.guests;
      const ms = performance.now() - started;
      if (!(guests > 0)) throw new Error(`${name} did not read every value.`);
      return ms / values.length;
    },
    async result() {
      const found = [];
      for (const { key } of values) found.push(await read(key));
      return { count: found.length, digest: await digest(found), first: found[0] };
    },
    close: forget,
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
