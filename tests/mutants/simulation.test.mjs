// The test of the test: the simulation passes on the sources as they are and fails on each mutant of them.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
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

const copy = join(cacheDir, 'mutants', 'crate');
const target = join(cacheDir, 'mutants', 'target');

before(() => {
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
});

test('the simulation passes on the sources as they are', async () => {
  const { code, output } = await simulate();
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
  const { code, output } = await simulateTabs();
  assert.equal(code, 0, lastLines(output, 30));
});

for (const mutant of tabsMutants) {
  test(`the simulation of tabs finds ${mutant.name}`, async () => {
    await simulateMutant(mutant, simulateTabs);
  });
}

test('the simulation of dashboards passes on the sources as they are', async () => {
  const { code, output } = await simulateDashboards();
  assert.equal(code, 0, lastLines(output, 30));
});

for (const mutant of dashboardsMutants) {
  test(`the simulation of dashboards finds ${mutant.name}`, async () => {
    await simulateMutant(mutant, simulateDashboards);
  });
}

test('the simulation of the store passes on the sources as they are', async () => {
  const { code, output } = await simulateStore();
  assert.equal(code, 0, lastLines(output, 30));
});

for (const mutant of storeMutants) {
  test(`the simulation of the store finds ${mutant.name}`, async () => {
    await simulateMutant(mutant, simulateStore);
  });
}

test('the tests of the cache pass on the sources as they are', async () => {
  const { code, output } = await tryCache();
  assert.equal(code, 0, lastLines(output, 30));
});

for (const mutant of cacheMutants) {
  test(`the tests of the cache find ${mutant.name}`, async () => {
    await simulateMutant(mutant, tryCache);
  });
}

test('the tables of breakers, retries and health pass on the sources as they are', async () => {
  const { code, output } = await tryPolicies();
  assert.equal(code, 0, lastLines(output, 30));
});

for (const mutant of policiesMutants) {
  test(`the tables of breakers, retries and health find ${mutant.name}`, async () => {
    await simulateMutant(mutant, tryPolicies);
  });
}

/**
 * @param {import('./mutants.mjs').Mutant} mutant
 * @param {() => Promise<{ code: number | null, output: string }>} simulate
 * @returns {Promise<string>} what the simulation that fails has printed
 */
async function simulateMutant(mutant, simulate) {
  const original = readFileSync(join(root, mutant.file), 'utf8');
  const count = original.split(mutant.text).length - 1;
  assert.equal(
    count,
    1,
    `${mutant.file} has this ${count} times, not once: bring the mutant up to date with the source.\n${mutant.text}`,
  );
  writeFileSync(
    join(copy, mutant.file),
    original.replace(mutant.text, () => mutant.replacement),
  );
  try {
    const { code, output } = await simulate();
    assert.doesNotMatch(output, /could not compile/, lastLines(output, 30));
    assert.match(output, /test result: FAILED/, 'the simulation passes');
    assert.notEqual(code, 0);
    return output;
  } finally {
    writeFileSync(join(copy, mutant.file), original);
  }
}

function simulate() {
  return simulation('sim_realtime', ['seeds::', 'herd::', 'restart::attempts_do_not_bunch']);
}

/** Its rules are a part of it: what takes two rare things at once has one of its own. */
function simulateStore() {
  return simulation('sim_store', []);
}

function simulateTabs() {
  return simulation('sim_tabs', []);
}

function simulateDashboards() {
  return simulation('sim_dashboards', []);
}

function tryCache() {
  return tried(['--test', 'cache'], []);
}

function tryPolicies() {
  return tried(['--test', 'resilience', '--test', 'health', '--no-fail-fast'], []);
}

/** @param {string} name @param {string[]} tests */
function simulation(name, tests) {
  return tried(['--test', name], tests);
}

/** @param {string[]} targets @param {string[]} tests */
async function tried(targets, tests) {
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
