// What a user downloads: held to the committed figure, and the report about it.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { root } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/process.mjs';
import { sizeCases } from '../catalogue/size.mjs';
import * as driver from '../drivers/size.mjs';
import { measure } from '../lib/measure.mjs';
import { judged } from '../lib/result.mjs';
import {
  booked,
  budgetRows,
  budgetWarnings,
  readBudgets,
  sizeComplaint,
  writeBudgets,
} from '../size/lib/budgets.mjs';
import { bundle, total } from '../size/lib/bundle.mjs';
import { bundles } from '../size/lib/bundles.mjs';
import { documented, writeDocument } from '../size/lib/document.mjs';
import { largest } from '../size/lib/functions.mjs';

const folder = mkdtempSync(join(tmpdir(), 'wedsync-size-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the download is no larger than what is committed allows', async () => {
  const files = await bundle('ours.tsx');
  assert.deepEqual(files.map(({ name }) => name.replace(/^.*\./, '')).sort(), ['js', 'wasm']);
  const complaint = sizeComplaint(total(files), readBudgets());
  assert.equal(complaint, null, complaint ?? '');
});

const committed = { raw: 200_000, gzip: 60_000, brotli: 50_000, most: 160_000, aim: 145_000 };
const within = {
  whole: committed,
  capabilities: [
    { name: 'realtime', budget: 61_000, gzip: 60_000 },
    { name: 'cache', budget: 10_000, gzip: null },
  ],
};
const over = {
  whole: committed,
  capabilities: [
    { name: 'realtime', budget: 40_000, gzip: 52_000 },
    { name: 'cache', budget: 10_000, gzip: 8_000 },
  ],
};

test('up to 3 % more, or any amount less, may come unnoticed', () => {
  assert.equal(sizeComplaint(committed, within), null);
  assert.equal(sizeComplaint({ raw: 900_000, gzip: 61_800, brotli: 51_500 }, within), null);
  assert.equal(sizeComplaint({ raw: 1, gzip: 1, brotli: 1 }, within), null);
});

test('more than that is refused, with what to do', () => {
  assert.equal(
    sizeComplaint({ ...committed, gzip: 61_801 }, within),
    'The download has grown from 60,000 B to 61,801 B gzip (+3.0 %): make it smaller, or, if it is worth it, run `npm run size -- --update` and commit tests/bench/size.json.',
  );
  assert.match(
    sizeComplaint({ ...committed, brotli: 60_000 }, within) ?? '',
    /to 60,000 B brotli \(\+20\.0 %\)/,
  );
});

test('while a capability is over its budget, no more than another compiler makes', () => {
  assert.equal(sizeComplaint({ ...committed, gzip: 60_300, brotli: 50_250 }, over), null);
  const sentence = (/** @type {string} */ growth) =>
    `The download has grown from ${growth}: make it smaller, because realtime is over its budget already.`;
  assert.equal(
    sizeComplaint({ ...committed, gzip: 60_301 }, over),
    sentence('60,000 B to 60,301 B gzip (+0.5 %)'),
  );
  assert.equal(
    sizeComplaint({ ...committed, brotli: 50_251 }, over),
    sentence('50,000 B to 50,251 B brotli (+0.5 %)'),
  );
});

test('a capability over its budget cannot be committed larger, and one within can', () => {
  const grown = { ...committed, gzip: 60_001 };
  assert.throws(() => booked(over, grown, 'realtime'), {
    exitCode: 1,
    message:
      'Nothing is written: realtime is 12,000 B over its budget and would grow by 1 B. Make it smaller.',
  });
  assert.equal(booked(over, grown, 'cache').capabilities[1]?.gzip, 8_001);
  const shrunk = booked(over, { ...committed, gzip: 59_000 }, 'realtime');
  assert.equal(shrunk.capabilities[0]?.gzip, 51_000);
  assert.equal(sizeComplaint(committed, shrunk)?.includes('(+1.7 %)'), true, 'what was gained is not lost');
});

test('over 160 kB of gzip nothing helps but making it smaller', () => {
  const large = { ...committed, raw: 500_000, gzip: 160_001, brotli: 140_000 };
  const budgets = { ...within, whole: { ...large, gzip: 160_000 } };
  assert.match(sizeComplaint(large, budgets) ?? '', /160,001 B gzip, and 160,000 B is the most/);
  assert.equal(sizeComplaint({ ...large, gzip: 160_000 }, budgets), null);
});

test('a whole that is committed larger than that says so and cannot grow', () => {
  const large = { ...committed, raw: 500_000, gzip: 170_000, brotli: 140_000 };
  const budgets = { ...within, whole: large };
  assert.deepEqual(budgetWarnings(budgets), [
    'OVER BUDGET: the whole is 170,000 B, 10,000 B more than its 160,000 B.',
  ]);
  assert.equal(sizeComplaint({ ...large, gzip: 170_850 }, budgets), null);
  assert.match(
    sizeComplaint({ ...large, gzip: 170_851 }, budgets) ?? '',
    /the whole is over its budget already/,
  );
});

test('what is written is read again; anything else is a sentence', () => {
  const file = join(folder, 'size.json');
  const refusal = { exitCode: 2, message: /size\.json (does not hold|has capabilities) .* or correct it\.$/ };
  assert.throws(() => readBudgets(file), refusal);
  writeBudgets(within, file);
  assert.deepEqual(readBudgets(file), within);
  const { whole, capabilities } = within;
  const wrong = [
    null,
    7,
    {},
    { whole },
    { whole: { ...whole, most: '160000' }, capabilities },
    { whole, capabilities: [{ name: 'realtime', gzip: 60_000 }] },
    { whole: { ...whole, gzip: 60_001 }, capabilities },
  ];
  for (const text of ['', '[', ...wrong.map((value) => JSON.stringify(value))]) {
    writeFileSync(file, text);
    assert.throws(() => readBudgets(file), refusal, text);
  }
});

test('growth is booked on the capability that it is for, so that the lines add up to the download', () => {
  const file = join(folder, 'booked.json');
  const grown = booked(within, { raw: 230_000, gzip: 69_000, brotli: 57_000 }, 'cache');
  assert.deepEqual(
    grown.capabilities.map(({ gzip }) => gzip),
    [60_000, 9_000],
  );
  writeBudgets(grown, file);
  const shrunk = booked(readBudgets(file), { raw: 190_000, gzip: 49_000, brotli: 42_000 }, 'realtime');
  assert.deepEqual(
    shrunk.capabilities.map(({ gzip }) => gzip),
    [40_000, 9_000],
  );
  assert.equal(shrunk.whole.gzip, 49_000);
  assert.throws(() => booked(within, committed, 'cash'), {
    exitCode: 2,
    message: 'There is no capability "cash" in tests/bench/size.json: it has "realtime", "cache".',
  });
  const impossible = booked(within, { ...committed, gzip: 59_000 }, 'cache');
  assert.throws(() => writeBudgets(impossible, file), { exitCode: 2, message: /^Nothing is written/ });
  assert.equal(readBudgets(file).whole.gzip, 69_000);
});

test('a capability over its budget says by how much, and one that is not built has no figure', () => {
  assert.deepEqual(budgetRows(over), [
    { capability: 'realtime', budget: '40,000', gzip: '52,000', over: '12,000' },
    { capability: 'cache', budget: '10,000', gzip: '8,000', over: '' },
    { capability: 'together (aimed at 145,000)', budget: '160,000', gzip: '60,000', over: '' },
  ]);
  assert.equal(budgetRows(within)[1]?.gzip, '–');
  assert.deepEqual(budgetWarnings(over), [
    'OVER BUDGET: realtime is 52,000 B, 12,000 B more than its 40,000 B.',
  ]);
  assert.deepEqual(budgetWarnings(within), []);
});

test('each capability that the package is to have has its budget, built or not', () => {
  const { whole, capabilities } = readBudgets();
  assert.deepEqual(Object.fromEntries(capabilities.map(({ name, budget }) => [name, budget])), {
    realtime: 75_000,
    'store and tabs': 34_000,
    'resilience and health': 12_000,
    cache: 10_000,
    'queue and live tables': 20_000,
    events: 10_000,
  });
  assert.deepEqual([whole.most, whole.aim], [160_000, 145_000]);
});

test('the guide shows the figures that are committed, and each application', () => {
  const budgets = readBudgets();
  const { raw, gzip, brotli } = budgets.whole;
  const cells = [raw, gzip, brotli].map((count) => count.toLocaleString('en-GB'));
  assert.ok(documented('package').includes(`| @wedsync/dashboard, in all | ${cells.join(' | ')} |`));
  const rows = budgetRows(budgets).map((row) => `| ${Object.values(row).join(' | ')} |`);
  assert.deepEqual(documented('budgets'), rows);
  const applications = bundles.filter(({ can }) => can).map(({ name }) => name);
  const shown = documented('applications').map((line) => line.split(' | ').at(-1)?.replace(/ \|$/, ''));
  assert.deepEqual(shown, applications);
});

test('the tables of the guide are replaced, and nothing around them', () => {
  const file = join(folder, 'guide.md');
  writeFileSync(
    file,
    'Before\n<!-- size: one -->\nold\n<!-- end -->\nbetween\n<!-- size: two --><!-- end -->\n',
  );
  writeDocument({ one: [{ a: '1', b: '2' }], two: [{ c: '3' }] }, file);
  assert.equal(
    readFileSync(file, 'utf8'),
    [
      'Before\n<!-- size: one -->\n| a | b |\n| --- | --- |\n| 1 | 2 |\n<!-- end -->',
      'between\n<!-- size: two -->\n| c |\n| --- |\n| 3 |\n<!-- end -->\n',
    ].join('\n'),
  );
  assert.deepEqual(documented('one', file), ['| 1 | 2 |']);
  assert.throws(() => writeDocument({ three: [{ a: '1' }] }, file), {
    exitCode: 2,
    message: /guide\.md has no "<!-- size: three -->"/,
  });
});

test('applications are weighed with what a browser fetches of them, the WebAssembly of one database alone', async () => {
  const sqlite = bundles.filter(({ entry }) => entry === 'powersync.tsx');
  for (const { entry, fetched } of sqlite) {
    const files = await bundle(entry, fetched);
    assert.equal(files.filter(({ name }) => name.endsWith('.wasm')).length, 1);
    assert.ok(total(files).gzip > 600_000);
  }
  assert.equal(sqlite.length, 2);
  await assert.rejects(bundle('realtime-js.ts', ['other.js']), {
    exitCode: 2,
    message: /realtime-js\.ts has no other\.js: name the files/,
  });
});

test('each application of the table signs in, sends requests, and is compared with ours for the same', () => {
  const applications = bundles.filter(({ can }) => can);
  for (const { entry } of applications) {
    const text = readFileSync(join(root, 'tests', 'bench', 'size', 'entries', entry), 'utf8');
    assert.match(text, /signInWithPassword/, entry);
    assert.match(text, /\.from\(/, entry);
  }
  assert.ok(applications.filter(({ name }) => name.startsWith('@wedsync/dashboard')).length === 2);
});

test('a bundle that does not build is a sentence', async () => {
  await assert.rejects(bundle('none.tsx'), {
    exitCode: 2,
    message: /entries\/none\.tsx did not build: run `npm run build`/,
  });
});

test('the benchmark’s cases give our size beside the peers’', async () => {
  const measurement = await driver.open(sizeCases);
  const names = sizeCases.map(({ name }) => name);
  const outcomes = await measure(names, measurement, driver.quickPlan);
  for (const entry of sizeCases) {
    const outcome = outcomes[entry.name];
    assert.ok(outcome, entry.name);
    const result = judged(entry, outcome);
    const isWithin = entry.target ? Number(result.ours) <= entry.target.most : Number(result.ratio) <= 1.05;
    assert.equal(result.met, isWithin, JSON.stringify(result));
    assert.ok(result.spread === 0 && result.limit === null, JSON.stringify(result));
    assert.ok(Number(result.peer) > 50_000 && Number(result.peer) < 90_000, JSON.stringify(result));
  }
  const [gzip, brotli] = names.map((name) => outcomes[name]?.ours ?? 0);
  assert.ok(Number(brotli) < Number(gzip));
});

test('the largest functions are those that are downloaded, named as one would say them', () => {
  const items = [
    { name: '"function names" subsection', shallow_size: 900 },
    { name: 'core::str::count', shallow_size: 25 },
    { name: 'wedsync_dashboard::core::client::Client<P>::handle::hca0e4ff004f8d233', shallow_size: 50 },
    { name: 'data segment ".rodata"', shallow_size: 25 },
  ];
  assert.deepEqual(largest(items, 2), [
    { bytes: '50', share: '50.0 %', function: 'wedsync_dashboard::core::client::Client<P>::handle' },
    { bytes: '25', share: '25.0 %', function: 'core::str::count' },
  ]);
});

test('the command refuses what it does not understand', async () => {
  const command = join(root, 'tests', 'bench', 'size.mjs');
  for (const args of [['--functions', 'all'], ['--functions', '-1'], ['--larger'], ['--of'], ['ours']]) {
    const { code, output } = await run(process.execPath, [command, ...args], { cwd: root });
    assert.equal(code, 2, output);
    assert.match(output, /^[^\n]+\.\n$/, 'one sentence');
  }
});
