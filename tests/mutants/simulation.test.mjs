// The test of the test: the simulation passes on the sources as they are and fails on each mutant of them.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cacheDir, root } from '../../scripts/lib/paths.mjs';
import { lastLines, run } from '../../scripts/lib/process.mjs';
import { cacheMutants } from './cache.mjs';
import { dashboardsMutants } from './dashboards.mjs';
import { mutants } from './mutants.mjs';
import { policiesMutants } from './policies.mjs';
import { storeMutants } from './store.mjs';
import { tabsMutants } from './tabs.mjs';

/** So many histories have to be enough to find any of them. */
const seeds = '1000';

/** In milliseconds. A mutant that works for ever is found by a simulation that says so, not by waiting. */
const longest = 120_000;

/**
 * A copy of the crate that one mutant at a time is made in, and where it is built.
 * @typedef {{ copy: string, target: string }} Lane
 */

/** @typedef {(lane: Lane) => Promise<{ code: number | null, output: string }>} Try */

/** While one mutant is compiled another one is tried. @type {Lane[]} */
const lanes = ['one', 'two'].map((name) => ({
  copy: join(cacheDir, 'mutants', `crate-${name}`),
  target: join(cacheDir, 'mutants', `target-${name}`),
}));
/** Those that nobody uses, and who waits for one. */
const free = [...lanes];
/** @type {((lane: Lane) => void)[]} */
const waiting = [];

before(() => {
  for (const { copy } of lanes) copyCrate(copy);
});

/** @param {string} copy */
function copyCrate(copy) {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const part of [
    'Cargo.toml',
    'Cargo.lock',
    'src',
    'tests/cache',
    'tests/clock',
    'tests/dashboards',
    'tests/health',
    'tests/options',
    'tests/resilience',
    'tests/sim',
    'tests/sim_dashboards.rs',
    'tests/sim_realtime.rs',
    'tests/sim_store.rs',
    'tests/sim_tabs.rs',
    'tests/store',
    'tests/tabs',
    'tests/twin',
  ]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
}

/**
 * @template Result
 * @param {(lane: Lane) => Promise<Result>} work
 * @returns {Promise<Result>}
 */
async function inLane(work) {
  /** @type {Lane} */
  const lane = free.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
  try {
    return await work(lane);
  } finally {
    const next = waiting.shift();
    if (next) next(lane);
    else free.push(lane);
  }
}

describe('mutants', { concurrency: lanes.length }, () => {
  test('the simulation passes on the sources as they are', async () => {
    const { code, output } = await inLane(simulate);
    assert.equal(code, 0, lastLines(output, 30));
  });

  for (const mutant of mutants) {
    test(`the simulation finds ${mutant.name}`, async () => {
      const output = await simulateMutant(mutant, simulate);
      // A history that fails says how to repeat it.
      if (/^test seeds::whatever\S+ \.\.\. FAILED/m.test(output)) {
        assert.match(output, /again with: npm run sim -- --seed \d+/);
      }
    });
  }

  test('the simulation of tabs passes on the sources as they are', async () => {
    const { code, output } = await inLane(simulateTabs);
    assert.equal(code, 0, lastLines(output, 30));
  });

  for (const mutant of tabsMutants) {
    test(`the simulation of tabs finds ${mutant.name}`, async () => {
      await simulateMutant(mutant, simulateTabs);
    });
  }

  test('the simulation of dashboards passes on the sources as they are', async () => {
    const { code, output } = await inLane(simulateDashboards);
    assert.equal(code, 0, lastLines(output, 30));
  });

  for (const mutant of dashboardsMutants) {
    test(`the simulation of dashboards finds ${mutant.name}`, async () => {
      await simulateMutant(mutant, simulateDashboards);
    });
  }

  test('the simulation of the store passes on the sources as they are', async () => {
    const { code, output } = await inLane(simulateStore);
    assert.equal(code, 0, lastLines(output, 30));
  });

  for (const mutant of storeMutants) {
    test(`the simulation of the store finds ${mutant.name}`, async () => {
      await simulateMutant(mutant, simulateStore);
    });
  }

  test('the tests of the cache pass on the sources as they are', async () => {
    const { code, output } = await inLane(tryCache);
    assert.equal(code, 0, lastLines(output, 30));
  });

  for (const mutant of cacheMutants) {
    test(`the tests of the cache find ${mutant.name}`, async () => {
      await simulateMutant(mutant, tryCache);
    });
  }

  test('the tables of breakers, retries and health pass on the sources as they are', async () => {
    const { code, output } = await inLane(tryPolicies);
    assert.equal(code, 0, lastLines(output, 30));
  });

  for (const mutant of policiesMutants) {
    test(`the tables of breakers, retries and health find ${mutant.name}`, async () => {
      await simulateMutant(mutant, tryPolicies);
    });
  }
});

/**
 * @param {import('./mutants.mjs').Mutant} mutant
 * @param {Try} simulate
 * @returns {Promise<string>} what the simulation that fails has printed
 */
function simulateMutant(mutant, simulate) {
  return inLane((lane) => simulateIn(lane, mutant, simulate));
}

/**
 * @param {Lane} lane
 * @param {import('./mutants.mjs').Mutant} mutant
 * @param {Try} simulate
 */
async function simulateIn(lane, mutant, simulate) {
  const original = readFileSync(join(root, mutant.file), 'utf8');
  const count = original.split(mutant.text).length - 1;
  assert.equal(
    count,
    1,
    `${mutant.file} has this ${count} times, not once: bring the mutant up to date with the source.\n${mutant.text}`,
  );
  writeFileSync(
    join(lane.copy, mutant.file),
    original.replace(mutant.text, () => mutant.replacement),
  );
  try {
    const { code, output } = await simulate(lane);
    assert.doesNotMatch(output, /could not compile/, lastLines(output, 30));
    assert.match(output, /test result: FAILED/, 'the simulation passes');
    assert.notEqual(code, 0);
    return output;
  } finally {
    writeFileSync(join(lane.copy, mutant.file), original);
  }
}

/** @type {Try} */
function simulate(lane) {
  return simulation(lane, 'sim_realtime', ['seeds::', 'herd::', 'restart::attempts_do_not_bunch']);
}

/** Its rules are a part of it: what takes two rare things at once has one of its own. @type {Try} */
function simulateStore(lane) {
  return simulation(lane, 'sim_store', []);
}

/** @type {Try} */
function simulateTabs(lane) {
  return simulation(lane, 'sim_tabs', []);
}

/** @type {Try} */
function simulateDashboards(lane) {
  return simulation(lane, 'sim_dashboards', []);
}

/** @type {Try} */
function tryCache(lane) {
  return tried(lane, ['--test', 'cache'], []);
}

/** @type {Try} */
function tryPolicies(lane) {
  return tried(lane, ['--test', 'resilience', '--test', 'health', '--no-fail-fast'], []);
}

/** @param {Lane} lane @param {string} name @param {string[]} tests */
function simulation(lane, name, tests) {
  return tried(lane, ['--test', name], tests);
}

/** @param {Lane} lane @param {string[]} targets @param {string[]} tests */
async function tried({ copy, target }, targets, tests) {
  const signal = AbortSignal.timeout(longest);
  const result = await run('cargo', ['test', '--locked', ...targets, '--', ...tests], {
    cwd: copy,
    signal,
    env: {
      CARGO_TARGET_DIR: target,
      CARGO_INCREMENTAL: '1',
      CARGO_PROFILE_TEST_DEBUG: 'false',
      RUST_BACKTRACE: '0',
      // A mutant's warnings are not the point.
      RUSTFLAGS: '--cap-lints allow',
      SIM_SEEDS: seeds,
      PROPTEST_RNG_SEED: '1',
      PROPTEST_MAX_SHRINK_ITERS: '0',
      TABS_SEEDS: seeds,
    },
  });
  assert.ok(!signal.aborted, `It does not end within ${longest / 1000} s.\n${lastLines(result.output)}`);
  return result;
}
