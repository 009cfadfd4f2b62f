import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cargoFailures } from '../failures.mjs';
import { root } from '../paths.mjs';
import { claimPort } from '../ports.mjs';
import { run } from '../process.mjs';
import { endOfOthersBackend, startTestBackend } from '../test-backend.mjs';
import { testPorts } from '../test-ports.mjs';
import { cargoTotals, sum } from '../totals.mjs';
import { startXvfb } from '../xvfb.mjs';
import { knockAt } from './knock.mjs';

/**
 * The core: pure, on a virtual clock; among its tests the simulation, on so many seeded histories.
 * @param {{ seeds: number }} options
 * @returns {import('./suite.mjs').Suite}
 */
export function coreSuite({ seeds }) {
  return {
    name: 'core, native',
    budgetSeconds: 60 + Math.ceil(seeds / 50),
    run: () => cargoTest(['--workspace'], { SIM_SEEDS: String(seeds) }),
  };
}

/**
 * Some of the core's tests, by the names of their targets.
 * @param {string[]} targets
 * @returns {import('./suite.mjs').Suite}
 */
export function coreTestsSuite(targets) {
  return {
    name: `core: ${targets.join(', ')}`,
    budgetSeconds: 60,
    run: () =>
      cargoTest(
        targets.flatMap((target) => ['--test', target]),
        {},
      ),
  };
}

/**
 * The shell in three engines, against the embedded backend, each by the command that a developer would type.
 * @param {import('../setup/test-programs.mjs').TestPrograms & { geckodriver: string }} programs
 * @returns {import('./suite.mjs').Suite[]}
 */
export function browserSuites({ chromedriver, geckodriver, webkitDriver, xvfb }) {
  /** @type {[string, () => Promise<import('./suite.mjs').Outcome>][]} */
  const engines = [
    ['Chromium', () => inBrowser(['--chrome', '--chromedriver', chromedriver])],
    ['Firefox', () => inBrowser(['--firefox', '--geckodriver', geckodriver])],
    ['WebKitGTK', () => underXvfb(xvfb, (DISPLAY) => inWebKit(webkitDriver, DISPLAY))],
  ];
  return engines.map(([engine, runIn]) => ({
    name: `module in ${engine}`,
    budgetSeconds: 120,
    run: runIn,
  }));
}

/**
 * The driver opens a browser that starts the backend (scripts/browsers).
 * @param {string[]} driver @param {Record<string, string>} [env] @returns {Promise<import('./suite.mjs').Outcome>}
 */
async function inBrowser(driver, env = {}) {
  await claimPort(testPorts.pages, () => 'end the other run of the tests, which always use this one');
  const outcomes = [];
  // One by one, because wasm-pack passes no `--no-fail-fast` on: a failure in one file would hide what follows.
  for (const file of webTests()) {
    const args = ['test', '--headless', ...driver, root, '--locked', '--test', file];
    const { code, output } = await run('wasm-pack', args, { cwd: root, env, output: 'both' });
    outcomes.push(outcomeOf(code, output));
  }
  return {
    ok: outcomes.every(({ ok }) => ok),
    totals: sum(outcomes.map(({ totals }) => totals)),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

/** To WebKit's driver the runner says nothing of another program to open, so the backend is started here. */
async function inWebKit(/** @type {string} */ driver, /** @type {string} */ DISPLAY) {
  await endOfOthersBackend();
  const backend = await startTestBackend();
  const runner = knockAt(testPorts.pages);
  try {
    return await inBrowser(['--safari', '--safaridriver', driver], { DISPLAY });
  } finally {
    runner.stop();
    await backend.stop();
  }
}

/** The targets of cargo that run in browsers. */
function webTests() {
  const names = readdirSync(join(root, 'tests')).filter((name) => name.startsWith('web_'));
  return names.map((name) => name.replace(/\.rs$/, ''));
}

/** @param {string[]} args @param {Record<string, string | undefined>} env */
async function cargoTest(args, env) {
  const { code, output } = await run('cargo', ['test', '--locked', '--no-fail-fast', ...args], {
    cwd: root,
    env,
    output: 'both',
  });
  return outcomeOf(code, output);
}

/** @param {number | null} code @param {string} output */
function outcomeOf(code, output) {
  return { ok: code === 0, totals: cargoTotals(output), failures: cargoFailures(output) };
}

/**
 * @template T
 * @param {string} xvfb
 * @param {(display: string) => Promise<T>} work
 */
async function underXvfb(xvfb, work) {
  const screen = await startXvfb(xvfb);
  try {
    return await work(screen.display);
  } finally {
    await screen.stop();
  }
}
