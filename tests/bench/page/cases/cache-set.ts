import { createDashboard } from '@wedsync/dashboard';
import { recordsOf } from '@wedsync/dashboard/internal';
import { freshName } from '../indexeddb.js';
import { loadOurs } from '../load.js';
import type { MakeSides, Side } from '../side.js';
import { comeToRest, deleteStore } from '../store.js';
import { clientRecord, keyOf } from '../values.js';

interface Parameters {
  how: 'set' | 'get';
}

const supplierId = '53000000-0000-4000-8000-000000000001';
const keep = { ttl: 3_600_000, tags: ['clients', 'overview'], version: 7 };
const keyOfCache = (n: number) => ({
  namespace: 'clients',
  supplierId,
  resource: 'record',
  params: { id: keyOf(n) },
});

/** The cache beside the store that it lies in: what its metadata, tags and versions cost. */
export const makeSides: MakeSides<Parameters> = async ({ how }, { amount }) => {
  const { openOursCache, fillOurs } = await loadOurs(() => import('../peers/ours-cache.js'));
  const present = 10_000;
  const times = amount(how === 'set' ? 100 : 50);
  const all = Array.from({ length: present }, (_, n) => n);
  const openStore = (name: string) => createDashboard({ url: `https://${name}.example`, key: 'key' });
  return how === 'set'
    ? [
        writing('ours', '@wedsync/dashboard', times, async (name) => {
          const dashboard = await openOursCache(name);
          return {
            close: () => dashboard.close(),
            one: async (n) => (await dashboard.cache.set(keyOfCache(n), clientRecord(n), keep)).disk,
          };
        }),
        writing('limit', 'the store alone', times, async (name) => {
          const dashboard = await openStore(name);
          const records = recordsOf(dashboard, 'cache');
          return {
            close: () => dashboard.close(),
            one: async (n) => {
              await records.write([[keyOf(n), clientRecord(n)]]);
              return true;
            },
          };
        }),
      ]
    : [
        reading('ours', '@wedsync/dashboard', times, {
          async fill(name) {
            const dashboard = await openOursCache(name);
            await fillOurs(
              dashboard,
              all.map((n) => ({ key: keyOfCache(n), data: clientRecord(n), ...keep })),
            );
            await dashboard.close();
          },
          async open(name) {
            const dashboard = await openOursCache(name);
            await dashboard.cache.get({ namespace: 'clients', supplierId, resource: 'none' });
            return {
              close: () => dashboard.close(),
              one: async (n) => {
                const found = await dashboard.cache.get(keyOfCache(n));
                return (found?.data as { id?: string } | undefined)?.id === clientRecord(n).id;
              },
            };
          },
        }),
        reading('limit', 'the store alone', times, {
          async fill(name) {
            const dashboard = await openStore(name);
            await recordsOf(dashboard, 'cache').write(all.map((n) => [keyOf(n), clientRecord(n)]));
            await dashboard.close();
          },
          async open(name) {
            const dashboard = await openStore(name);
            const records = recordsOf(dashboard, 'cache');
            await records.get('');
            return {
              close: () => dashboard.close(),
              one: async (n) => ((await records.get(keyOf(n))) as { id?: string })?.id === clientRecord(n).id,
            };
          },
        }),
      ];
};

/** Does it for one value, and says whether that went as it should. */
interface Opened {
  one(n: number): Promise<boolean>;
  close(): Promise<void>;
}

async function time(name: string, { one }: Opened, numbers: number[]): Promise<number> {
  await comeToRest();
  let done = 0;
  const started = performance.now();
  for (const n of numbers) if (await one(n)) done += 1;
  const ms = performance.now() - started;
  if (done !== numbers.length) throw new Error(`${name} did ${done} of ${numbers.length} values.`);
  return ms / numbers.length;
}

function writing(
  role: Side['role'],
  name: string,
  times: number,
  open: (name: string) => Promise<Opened>,
): Side {
  return {
    role,
    name,
    async round() {
      const database = freshName();
      const opened = await open(database);
      try {
        return await time(
          name,
          opened,
          Array.from({ length: times }, (_, n) => n),
        );
      } finally {
        await opened.close();
        await deleteStore(database);
      }
    },
  };
}

/** Each round opens it anew, and reads values that are far from each other. */
function reading(
  role: Side['role'],
  name: string,
  times: number,
  { fill, open }: { fill(name: string): Promise<void>; open(name: string): Promise<Opened> },
): Side {
  const database = freshName();
  const apart = Math.floor(5_000 / times);
  let round = 0;
  return {
    role,
    name,
    prepare: () => fill(database),
    async round() {
      round += 1;
      const opened = await open(database);
      try {
        const numbers = Array.from(
          { length: times },
          (_, at) => ((at * 31) % times) * apart + ((round * 7) % apart),
        );
        return await time(name, opened, numbers);
      } finally {
        await opened.close();
      }
    },
    close: () => deleteStore(database),
  };
}
