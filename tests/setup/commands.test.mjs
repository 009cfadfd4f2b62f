import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cargoFailures, nodeTestFailures, playwrightFailures } from '../../scripts/lib/failures.mjs';
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

test('what failed is told with what node:test said of it, and not what only contains it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'failures-'));
  const file = join(folder, 'some.test.mjs');
  writeFileSync(
    file,
    `import { describe, test } from 'node:test';
    describe('outer', () => {
      test('passes', () => {});
      test('fails', () => { throw new Error('Two lines:\\nthe second.'); });
    });
    test('fails too', () => { throw new TypeError('One line.'); });`,
  );
  const { output } = await run(process.execPath, ['--test', '--test-reporter=tap', file], {
    // Or it does not run within a test.
    env: { NODE_TEST_CONTEXT: undefined },
  });
  rmSync(folder, { recursive: true });
  const failures = nodeTestFailures(output);
  assert.deepEqual(
    failures.map(({ name }) => name),
    ['fails', 'fails too'],
  );
  assert.match(failures[0]?.reason ?? '', /^Two lines:\nthe second\.\n/);
  assert.match(failures[1]?.reason ?? '', /^'?One line\./);
});

test('what failed in a browser is told with what Playwright said of its last try', () => {
  const tests = [
    { results: [{ errors: [{ message: 'first' }] }, { errors: [{ message: '\u001b[31mlast' }] }] },
  ];
  const specs = [
    { title: 'fails', ok: false, tests },
    { title: 'passes', ok: true, tests: [] },
  ];
  const report = JSON.stringify({ suites: [{ suites: [{ specs }] }], errors: [{ message: 'no stack' }] });
  assert.deepEqual(playwrightFailures(report), [
    { name: 'fails', reason: 'last' },
    { name: 'outside of tests', reason: 'no stack' },
  ]);
});

test('what failed in cargo is told by its name, and by that of the runner in browsers', () => {
  const output = 'test a::b ... ok\ntest a::c ... \u001b[31mFAILED\u001b[0m\ntest d ... FAIL\n';
  assert.deepEqual(cargoFailures(output), [
    { name: 'a::c', reason: '' },
    { name: 'd', reason: '' },
  ]);
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

test('what failed stands in the last lines, each with its suite', async (context) => {
  /** @type {string[]} */
  const lines = [];
  context.mock.method(console, 'log', (/** @type {string} */ line) => lines.push(line));
  const outcome = {
    ok: false,
    totals: { passed: 1, failed: 1, skipped: 0 },
    failures: [{ name: 'a test', reason: 'Expected one,\nbut it was two.' }],
  };
  report(await runSuites([{ name: 'a suite', budgetSeconds: 1, run: async () => outcome }]));
  const text = lines.join('\n');
  assert.match(text, /FAILED {2}a suite: a test\n {8}Expected one,\n {8}but it was two\.\n/);
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
