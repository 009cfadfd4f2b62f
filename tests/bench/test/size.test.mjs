// What a user downloads: held to the committed figure, and the report about it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { root } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/process.mjs';
import { sizeCases } from '../catalogue/size.mjs';
import * as driver from '../drivers/size.mjs';
import { measure } from '../lib/measure.mjs';
import { judged } from '../lib/result.mjs';
import { bundle, total } from '../size/lib/bundle.mjs';
import { readCommitted, sizeComplaint, writeCommitted } from '../size/lib/committed.mjs';
import { largest } from '../size/lib/functions.mjs';

const folder = mkdtempSync(join(tmpdir(), 'wedsync-size-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the download is no larger than what is committed allows', async () => {
  const files = await bundle('ours.tsx');
  assert.deepEqual(files.map(({ name }) => name.replace(/^.*\./, '')).sort(), ['js', 'wasm']);
  const complaint = sizeComplaint(total(files), readCommitted());
  assert.equal(complaint, null, complaint ?? '');
});

const committed = { raw: 200_000, gzip: 60_000, brotli: 50_000 };

test('up to 3 % more, or any amount less, may come unnoticed', () => {
  assert.equal(sizeComplaint(committed, committed), null);
  assert.equal(sizeComplaint({ raw: 900_000, gzip: 61_800, brotli: 51_500 }, committed), null);
  assert.equal(sizeComplaint({ raw: 1, gzip: 1, brotli: 1 }, committed), null);
});

test('more than that is refused, with what to do', () => {
  assert.equal(
    sizeComplaint({ ...committed, gzip: 61_801 }, committed),
    'The download has grown from 60,000 B to 61,801 B gzip (+3.0 %): make it smaller, or, if it is worth it, run `npm run size -- --update` and commit tests/bench/size.json.',
  );
  assert.match(
    sizeComplaint({ ...committed, brotli: 60_000 }, committed) ?? '',
    /to 60,000 B brotli \(\+20\.0 %\)/,
  );
});

test('over 160 kB of gzip nothing helps but making it smaller', () => {
  const large = { raw: 500_000, gzip: 160_001, brotli: 140_000 };
  assert.match(sizeComplaint(large, large) ?? '', /160,001 B gzip, and 160,000 B is the most/);
  assert.equal(sizeComplaint({ ...large, gzip: 160_000 }, large), null);
});

test('what is written is read again; anything else is a sentence', () => {
  const file = join(folder, 'size.json');
  const refusal = { exitCode: 2, message: /size\.json does not hold the sizes .*--update` writes it\.$/ };
  assert.throws(() => readCommitted(file), refusal);
  writeCommitted(committed, file);
  assert.deepEqual(readCommitted(file), committed);
  for (const text of ['', '[', 'null', '7', '{"gzip": 1, "brotli": 1}', '{"gzip":"1","brotli":2,"raw":3}']) {
    writeFileSync(file, text);
    assert.throws(() => readCommitted(file), refusal, text);
  }
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
  for (const args of [['--functions', 'all'], ['--functions', '-1'], ['--larger'], ['ours']]) {
    const { code, output } = await run(process.execPath, [command, ...args], { cwd: root });
    assert.equal(code, 2, output);
    assert.match(output, /^[^\n]+\.\n$/, 'one sentence');
  }
});
