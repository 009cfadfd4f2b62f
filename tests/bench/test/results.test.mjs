import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogue, sections } from '../catalogue/index.mjs';
import { plotsDir, readResults, reportFile } from '../lib/report/index.mjs';
import { markdown, why } from '../lib/report/markdown.mjs';

/** What other readers rely on, by name. */
const contract = [
  ...['1ch', '10ch', '100ch'].flatMap((channels) =>
    ['250B', '1KB', '8KB'].flatMap((size) =>
      ['v1', 'v2'].map((version) => `message.${channels}.${size}.${version}`),
    ),
  ),
  ...['message.binary', 'message.flood_latest', 'reconnect.live_again', 'reconnect.events_lost'],
  ...[
    'memory_hit',
    'set_one',
    'get_one',
    'write_10k',
    'cold_read_10k',
    'tag_invalidate_10k',
    'remote_hit',
  ].map((name) => `cache.${name}`),
  ...['queue.enqueue_one', 'queue.enqueue_burst', 'queue.drain_10k', 'log.catch_up_10k', 'log.replay_100k'],
  ...['breaker.success', 'breaker.rejection', 'policy.combined', 'tabs.sockets_10'],
  ...[
    'startup.download_gzip',
    'startup.init',
    'startup.first_data',
    'load.long_task_max_3k',
    'heap.after_1m',
  ],
];

const { results, inFirefox } = readResults();

test('every case has a name of its own, and a section', () => {
  const names = catalogue.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.ok((name.split('.')[0] ?? '') in sections, name);
});

test('every case that others read by name is there', () => {
  const names = new Set(catalogue.map(({ name }) => name));
  assert.deepEqual(
    contract.filter((name) => !names.has(name)),
    [],
  );
});

test('the committed results are those of one whole run over every case but those that are new since', () => {
  const measured = catalogue.filter(({ isNew }) => !isNew).map(({ name }) => name);
  for (const { whole, cases } of [results, ...(inFirefox ? [inFirefox] : [])]) {
    assert.equal(whole, true);
    assert.deepEqual(
      cases.map(({ name }) => name),
      measured,
      'a case that a whole run has measured is not new any more, and one that none has is',
    );
  }
});

test('every result says what it must, and agrees with itself', () => {
  for (const result of results.cases) {
    const { name, ours, peer, ratio, limit, limit_ratio, met, target } = result;
    for (const [field, value] of Object.entries({ ours, peer, ratio, limit, limit_ratio, target })) {
      assert.ok(value === null || Number.isFinite(value), `${name}.${field} is ${value}`);
    }
    assert.ok(peer !== null || limit !== null, `${name} has nobody beside it`);
    assert.equal(peer === null, result.peer_name === null, name);
    if (ours === null) assert.deepEqual([ratio, limit_ratio, met], [null, null, false], name);
    if (ours === null) assert.equal(typeof result.waits_for, 'string', name);
    if (ours !== null && peer !== null) assert.ok(ratio !== null, name);
  }
});

test('every figure that is missed has its reason', () => {
  const unexplained = results.cases
    .filter(({ ours, met }) => ours !== null && !met)
    .filter(({ name }) => why(name) === undefined)
    .map(({ name }) => name);
  assert.deepEqual(unexplained, [], 'say why in tests/bench/notes.mjs, then `npm run bench -- --report`');
});

test('docs/benchmarks.md is what the results say', () => {
  assert.equal(
    readFileSync(reportFile, 'utf8'),
    markdown(results, inFirefox, readdirSync(plotsDir)),
    'run `npm run bench -- --report`',
  );
});
