// npm run sim [-- [--store] --seeds N [--from N] | --seed N [--trace]]: the simulation of clients against a model of the
// server, or of tabs with a store each over a model of a browser's databases, on as many seeded histories of faults as you
// like, or on one of them.
import { readArguments } from './lib/arguments.mjs';
import { root } from './lib/paths.mjs';
import { Problem, runMain } from './lib/problem.mjs';
import { run } from './lib/process.mjs';
import { requireRust } from './lib/setup/rust.mjs';

const usualSeeds = '10000';

await runMain(async () => {
  const { values } = readArguments('npm run sim --', {
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      trace: { type: 'boolean' },
      store: { type: 'boolean' },
    },
  });
  const { seeds, from, seed, trace, store } = values;
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
      ? { SIM_SEEDS: readCount('--seeds', seeds ?? usualSeeds), SIM_FROM: readCount('--from', from ?? '0') }
      : { SIM_SEED: readCount('--seed', seed), ...(trace ? { SIM_TRACE: '1' } : {}) };
  await requireRust();
  const [target, histories] = store
    ? ['sim_store', 'seeds::whatever_goes_wrong_what_was_promised_is_kept']
    : ['sim_realtime', 'seeds::whatever_goes_wrong_everything_that_is_wanted_comes_back'];
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
