import { openSteeredPage } from '../lib/steered-page.mjs';

export const wholePlan = { rounds: 7, warmUps: 1 };
export const quickPlan = { rounds: 1, warmUps: 0 };

const rows = { whole: 10_000, quick: 1_000 };
const puts = { count: 100, pauseMs: 10 };

/** @type {{ role: 'ours' | 'peer' | 'limit', name: string, client: string }[]} */
const writers = [
  { role: 'ours', name: '@wedsync/dashboard', client: 'ours' },
  { role: 'peer', name: 'dexie, one database', client: 'dexie' },
  { role: 'limit', name: 'IndexedDB, one database', client: 'raw' },
];

/**
 * Two tabs of one user: one writes rows again and again, the other single values.
 * @type {import('../lib/run-cases.mjs').Driver['open']}
 */
export async function open(_entries, { openDiskContext, siteUrl, quick }) {
  const context = await openDiskContext();
  const filling = await openSteeredPage(context, siteUrl, 'store');
  const putting = await openSteeredPage(context, siteUrl, 'store');
  let round = 0;
  return {
    order: 'in turn',
    sides: writers.map(({ role, name, client }) => ({
      role,
      name,
      async round() {
        round += 1;
        const of = `busy-${client}-${round}`;
        for (const page of [filling, putting]) await page.call('connect', { client, name: of });
        let isBusy = true;
        const busy = (async () => {
          while (isBusy) await filling.call('fill', quick ? rows.quick : rows.whole);
        })();
        /** @type {number[]} */
        const times = await putting.call('puts', puts);
        isBusy = false;
        await busy;
        for (const page of [filling, putting]) await page.call('close');
        await filling.call('remove', of);
        times.sort((one, other) => one - other);
        return { 'store.put_while_busy_p99': times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN };
      },
    })),
    close: () => context.close(),
  };
}
