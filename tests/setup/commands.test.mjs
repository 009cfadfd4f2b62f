import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/process.mjs';
import { report, runSuites } from '../../scripts/lib/suites/suite.mjs';
import { cargoTotals, nodeTestTotals, playwrightTotals } from '../../scripts/lib/totals.mjs';

test('an unknown named suite: the sentence says which there are, exit code 2', async () => {
  const { code, output } = await run(process.execPath, ['scripts/test-named.mjs', 'realtime', 'dashbord'], {
    cwd: root,
  });
  assert.equal(code, 2);
  assert.equal(
    output,
    'There is no realtime suite called "dashbord": run `npm run test:realtime -- dashboard`.\n',
  );
});

test('no named suite: the sentence says which there are, exit code 2', async () => {
  const { code, output } = await run(process.execPath, ['scripts/test-named.mjs', 'integration'], {
    cwd: root,
  });
  assert.equal(code, 2);
  assert.equal(output, 'No suite was named: run `npm run test:integration -- dashboard-resilience`.\n');
});

test('cargo totals add up over all its test programs', () => {
  const output = [
    'test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s',
    'noise: 5 passed; 5 failed',
    'test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out; finished in 1.20s',
  ].join('\n');
  assert.deepEqual(cargoTotals(output), { passed: 15, failed: 2, skipped: 1 });
});

test('node:test totals are read from both reporters, coloured or not', () => {
  assert.deepEqual(nodeTestTotals('# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0\n'), {
    passed: 2,
    failed: 2,
    skipped: 0,
  });
  assert.deepEqual(nodeTestTotals('\u001b[34mℹ pass 7\u001b[39m\nℹ fail 0\nℹ skipped 1\n'), {
    passed: 7,
    failed: 0,
    skipped: 1,
  });
});

test('a flaky browser test, or an error outside of tests, counts as failed', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 0 };
  assert.deepEqual(playwrightTotals(JSON.stringify({ stats, errors: [{ message: 'no stack' }] })), {
    passed: 5,
    failed: 3,
    skipped: 0,
  });
});

/** @param {import('../../scripts/lib/suites/suite.mjs').Outcome} outcome */
async function failuresOf(outcome) {
  const [finished] = await runSuites([{ name: 'a suite', budgetSeconds: 1, run: async () => outcome }]);
  return finished?.outcome.totals.failed;
}

test('a suite that ran nothing failed, and so did one whose runner says so', async () => {
  assert.equal(await failuresOf({ ok: true, totals: { passed: 0, failed: 0, skipped: 3 } }), 1);
  assert.equal(await failuresOf({ ok: false, totals: { passed: 3, failed: 0, skipped: 0 } }), 1);
  assert.equal(await failuresOf({ ok: false, totals: { passed: 3, failed: 2, skipped: 0 } }), 2);
  assert.equal(await failuresOf({ ok: true, totals: { passed: 3, failed: 0, skipped: 0 } }), 0);
});

test('the last line is the sum, and the exit code goes with it', async (context) => {
  /** @type {string[]} */
  const lines = [];
  context.mock.method(console, 'log', (/** @type {string} */ line) => lines.push(line));
  const suites = [2, 3].map((passed) => ({
    name: `suite ${passed}`,
    budgetSeconds: 1,
    run: async () => ({ ok: true, totals: { passed, failed: 0, skipped: 0 } }),
  }));
  const exitCode = report(await runSuites(suites));
  assert.equal(lines.at(-1), '5 passed, 0 failed');
  assert.equal(exitCode, 0);
});
