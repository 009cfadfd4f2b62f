import { digest } from '../digest.js';
import { loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';
import { type ClientRecord, entries, scattered } from '../values.js';

const present = 10_000;

export const makeSides: MakeSides = async (_, { amount }) => {
  const { newQueryClient, queryKeyOf } = await loadPeer(
    '@tanstack/query-core',
    () => import('../peers/query-core.js'),
  );
  const reads = amount(100_000);
  const values = entries(0, present);
  const order = scattered(present);

  // Its documentation names `getQueryData` for reading outside of a component. The key is made beforehand, as one that
  // a component keeps; hashing it is part of every read.
  const client = newQueryClient();
  for (const { key, value } of values) client.setQueryData(queryKeyOf(key), value);
  const queryKeys = order.map((n) => queryKeyOf(values[n]?.key ?? ''));

  const map = new Map(values.map(({ key, value }) => [key, value]));
  const keys = order.map((n) => values[n]?.key ?? '');

  return [
    hitting('peer', '@tanstack/query-core', (at) => client.getQueryData(queryKeys[at] ?? ['']), reads),
    hitting('limit', 'a Map', (at) => map.get(keys[at] ?? ''), reads),
  ];
};

function hitting(
  role: Side['role'],
  name: string,
  read: (at: number) => ClientRecord | undefined,
  reads: number,
): Side {
  return {
    role,
    name,
    round() {
      let guests = 0;
      const started = performance.now();
      for (let at = 0; at < reads; at += 1) guests += read(at % present)?.wedding.guests ?? Number.NaN;
      const ms = performance.now() - started;
      if (!(guests > 0)) throw new Error(`${name} did not find every value.`);
      return (ms * 1_000) / reads;
    },
    result: () => digest(Array.from({ length: present }, (_, at) => read(at))),
  };
}
