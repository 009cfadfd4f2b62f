import { root } from '../paths.mjs';
import { claimPort } from '../ports.mjs';
import { run } from '../process.mjs';
import { startTestBackend } from '../test-backend.mjs';
import { testPorts } from '../test-ports.mjs';
import { cargoTotals } from '../totals.mjs';
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
 * The shell in three engines, against the embedded backend.
 * @param {import('../setup/test-programs.mjs').TestPrograms & { geckodriver: string }} programs
 * @returns {import('./suite.mjs').Suite[]}
 */
export function browserSuites({ chromedriver, geckodriver, webkitDriver, xvfb }) {
  /** @type {[string, () => Promise<import('./suite.mjs').Outcome>][]} */
  const engines = [
    ['Chromium', () => inBrowser({ CHROMEDRIVER: chromedriver })],
    ['Firefox', () => inBrowser({ GECKODRIVER: geckodriver })],
    ['WebKitGTK', () => underXvfb(xvfb, (DISPLAY) => inBrowser({ SAFARIDRIVER: webkitDriver, DISPLAY }))],
  ];
  return engines.map(([engine, runIn]) => ({
    name: `module in ${engine}`,
    budgetSeconds: 120,
    run: runIn,
  }));
}

/** @param {Record<string, string>} driver @returns {Promise<import('./suite.mjs').Outcome>} */
async function inBrowser(driver) {
  await claimPort(testPorts.pages, () => 'end the other run of the tests, which always use this one');
  const backend = await startTestBackend();
  const stopKnocking = knockAt(testPorts.pages);
  try {
    return await cargoTest(['--target', 'wasm32-unknown-unknown', '--test', 'web_*'], {
      // The runner takes the first driver it finds named, so the others must not be.
      CHROMEDRIVER: undefined,
      GECKODRIVER: undefined,
      SAFARIDRIVER: undefined,
      ...driver,
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: 'wasm-bindgen-test-runner',
      WASM_BINDGEN_TEST_ADDRESS: `127.0.0.1:${testPorts.pages}`,
      WASM_BINDGEN_TEST_TIMEOUT: '120',
      WEDSYNC_TEST_SUPABASE_URL: backend.url,
      WEDSYNC_TEST_ANON_KEY: backend.anonKey,
      WEDSYNC_TEST_CONTROL_URL: backend.controlUrl,
    });
  } finally {
    stopKnocking();
    await backend.stop();
  }
}

/** @param {string[]} args @param {Record<string, string | undefined>} env */
async function cargoTest(args, env) {
  const { code, output } = await run('cargo', ['test', '--locked', '--no-fail-fast', ...args], {
    cwd: root,
    env,
    output: 'both',
  });
  return { ok: code === 0, totals: cargoTotals(output) };
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
