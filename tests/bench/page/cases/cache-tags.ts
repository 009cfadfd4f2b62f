import { loadOurs, loadPeer } from '../load.js';
import { Generations } from '../peers/generations.js';
import type { MakeSides, Side } from '../side.js';
import type { OpenTaggedCache, TaggedCache, TaggedEntry } from '../tagged-cache.js';
import { entries } from '../values.js';

const tag = 'supplier-1';

/**
 * What is waited for: `shown`: until a read says that the entry is invalid; `durable`: until it is invalid after a reload too, which a client
 * that keeps the state of its queries in memory does not know.
 */
interface Parameters {
  until: 'shown' | 'durable';
}

export const makeSides: MakeSides<Parameters> = async ({ until }, { amount }) => {
  const { openQueryCoreTags } = await loadPeer(
    '@tanstack/query-core',
    () => import('../peers/query-core-tags.js'),
  );
  const { openDexieTags } = await loadPeer('dexie', () => import('../peers/dexie-tags.js'));
  const { openOursTags } = await loadOurs(() => import('../peers/ours-tags.js'));
  const count = amount(10_000);
  const tagged = entries(0, count).map((entry) => ({ ...entry, tags: [tag] }));
  // What must stay valid.
  const others = entries(count, 100).map((entry) => ({ ...entry, tags: ['supplier-2'] }));
  const all = [...tagged, ...others];
  const ours = invalidating('ours', '@wedsync/dashboard', openOursTags, all, { until, times: 1 });
  const dexie = invalidating('peer', 'dexie', openDexieTags, all, { until: 'durable', times: 1 });
  if (until === 'durable') return [ours, dexie];
  return [
    ours,
    // Milliseconds, of which one that meets a collection of garbage would say nothing.
    invalidating('peer', '@tanstack/query-core', openQueryCoreTags, all, { until, times: 5 }),
    dexie,
    counting(all, amount(100_000)),
  ];
};

function invalidating(
  role: Side['role'],
  name: string,
  open: OpenTaggedCache,
  all: TaggedEntry[],
  { until, times }: Parameters & { times: number },
): Side {
  const withFilled = async <Result>(work: (cache: TaggedCache) => Promise<Result>): Promise<Result> => {
    const cache = await open();
    try {
      await cache.fill(all);
      return await work(cache);
    } finally {
      await cache.close();
    }
  };
  const invalidate = async (cache: TaggedCache): Promise<number> => {
    const [first] = all;
    if (!first || !(await cache.isValid(first))) throw new Error(`${name} has no valid entry.`);
    const started = performance.now();
    const durable = cache.invalidate(tag);
    if (until === 'durable') await durable;
    const valid = cache.isValid(first);
    // Where memory answers, nothing but that is timed.
    const isValid = typeof valid === 'boolean' ? valid : await valid;
    const ms = performance.now() - started;
    await durable;
    if (isValid) throw new Error(`${name} still reads what was invalidated.`);
    return ms;
  };
  return {
    role,
    name,
    async round() {
      let ms = 0;
      for (let time = 0; time < times; time += 1) ms += await withFilled(invalidate);
      return (ms * 1_000) / times;
    },
    result: () =>
      withFilled(async (cache) => {
        await cache.invalidate(tag);
        return validity(cache, all);
      }),
  };
}

/** So quick that one is not measurable: many, each followed by a read that finds its entry invalid. */
function counting(all: TaggedEntry[], times: number): Side {
  const name = 'a counter a tag';
  const cache = new Generations();
  return {
    role: 'limit',
    name,
    prepare: () => cache.fill(all),
    round() {
      let valid = 0;
      const started = performance.now();
      for (let at = 0; at < times; at += 1) {
        cache.invalidate(tag);
        if (cache.isValid(all[at % (all.length - 100)] as TaggedEntry)) valid += 1;
      }
      const ms = performance.now() - started;
      if (valid > 0) throw new Error(`${name} still reads what was invalidated.`);
      return (ms * 1_000) / times;
    },
    result() {
      cache.fill(all);
      cache.invalidate(tag);
      return validity(cache, all);
    },
  };
}

/** The numbers of the entries that reads find valid, of one in twenty: a read of each from the disk takes seconds. */
async function validity(cache: TaggedCache, all: TaggedEntry[]) {
  const valid = [];
  for (let n = 0; n < all.length; n += 20) if (await cache.isValid(all[n] as TaggedEntry)) valid.push(n);
  return { valid };
}
