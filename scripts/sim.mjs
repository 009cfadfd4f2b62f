// npm run sim [-- [--store | --tabs | --dashboards | --cache] --seeds N [--from N] | --seed N [--trace]]: the simulation of clients
// against a model of the server; of tabs with a store each over a model of a browser's databases; of tabs that share a
// connection over a model of its locks and channels; of whole dashboards in several tabs against the server; or of caches in the
// tabs of several devices over disks, a remote tier and channels that fail. On as many seeded histories of faults as you like, or
// on one of them.
import { readArguments } from './lib/arguments.mjs';
import { root } from './lib/paths.mjs';
import { Problem, runMain } from './lib/problem.mjs';
import { run } from './lib/process.mjs';
import { requireRust } from './lib/setup/rust.mjs';

const usualSeeds = '10000';

/** By the flag that names it: the test, and what its variables begin with. @type {Record<string, [string, string, string]>} */
const simulations = {
  store: ['sim_store', 'seeds::whatever_goes_wrong_what_was_promised_is_kept', 'SIM'],
  tabs: ['sim_tabs', 'seeds::whatever_happens_to_tabs_one_leads_and_all_are_served', 'TABS'],
  dashboards: [
    'sim_dashboards',
    'seeds::whatever_happens_to_tabs_each_user_has_one_connection_and_all_hear_what_they_want',
    'TABS',
  ],
  cache: ['cache', 'seeds::whatever_happens_nobody_is_given_what_was_replaced_and_all_converge', 'SIM'],
};
/** @type {[string, string, string]} */
const clients = ['sim_realtime', 'seeds::whatever_goes_wrong_everything_that_is_wanted_comes_back', 'SIM'];

await runMain(async () => {
  const { values } = readArguments('npm run sim --', {
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      trace: { type: 'boolean' },
      store: { type: 'boolean' },
      tabs: { type: 'boolean' },
      dashboards: { type: 'boolean' },
      cache: { type: 'boolean' },
    },
  });
  const { seeds, from, seed, trace } = values;
  const chosen = Object.entries(simulations).filter(([flag]) => Object.hasOwn(values, flag));
  if (chosen.length > 1) {
    const flags = chosen.map(([flag]) => `--${flag}`).join(' or ');
    throw new Problem(`One simulation at a time: ${flags}, not both.`, { exitCode: 2 });
  }
  const [target, histories, prefix] = chosen[0]?.[1] ?? clients;
  if (seed !== undefined && (seeds !== undefined || from !== undefined)) {
    throw new Problem('Give --seeds for many histories or --seed for one, not both.', { exitCode: 2 });
  }
  if (trace && seed === undefined) {
    throw new Problem('--trace prints everything that happens: give the one history with --seed.', {
      exitCode: 2,
    });
  }
  const env =
    seed === undefined
      ? {
          [`${prefix}_SEEDS`]: readCount('--seeds', seeds ?? usualSeeds),
          [`${prefix}_FROM`]: readCount('--from', from ?? '0'),
        }
      : { [`${prefix}_SEED`]: readCount('--seed', seed), ...(trace ? { [`${prefix}_TRACE`]: '1' } : {}) };
  await requireRust();
  const args = ['test', '--locked', '--test', target, '--', '--nocapture', '--exact', histories];
  const { code } = await run('cargo', args, { cwd: root, env, output: 'both' });
  return code === 0 ? 0 : 1;
});

/** @param {string} flag @param {string} text */
function readCount(flag, text) {
  if (!/^\d{1,15}$/.test(text)) {
    throw new Problem(`${flag} ${text} is not a whole number.`, { exitCode: 2 });
  }
  return text;
}
