// The command itself, in a real browser: what it answers, and how it refuses.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/process.mjs';
import { catalogue } from '../catalogue/index.mjs';
import { runCases } from '../lib/run-cases.mjs';
import { buildSite } from '../lib/site.mjs';
import { withWorkplace } from '../lib/workplace.mjs';

const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-'));
/** @type {string} */
let site;

before(async () => {
  site = await buildSite();
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string[]} args */
function bench(...args) {
  return run(process.execPath, [join(root, 'tests', 'bench', 'run.mjs'), ...args], { cwd: root });
}

/** @param {string} output */
function lastLine(output) {
  return output.trimEnd().split('\n').at(-1) ?? '';
}

test('one case, quickly: ours, the peer and the limit side by side, in a file of its own', async () => {
  const output = join(folder, 'results.json');
  const before = readFileSync(join(root, 'tests', 'bench', 'results.json'), 'utf8');
  const { code, output: said } = await bench('message.1ch.1KB.v2', '--quick', '--output', output);
  assert.equal(code, 0, said);
  const results = JSON.parse(readFileSync(output, 'utf8'));
  assert.equal(results.whole, false, 'a part is never the whole');
  assert.deepEqual(
    results.cases.map((/** @type {{ name: string }} */ { name }) => name),
    ['message.1ch.1KB.v2'],
  );
  const [result] = results.cases;
  assert.equal(result.peer_name, '@supabase/realtime-js');
  // Within what no machine could be: a message takes time, and none of the three a hundred times another's.
  for (const figure of [result.ours, result.peer, result.limit])
    assert.ok(figure > 0.05 && figure < 500, said);
  for (const ratio of [result.ratio, result.limit_ratio]) assert.ok(ratio > 0.1 && ratio < 10, said);
  assert.match(results.versions['@supabase/realtime-js'], /^\d+\.\d+\.\d+$/);
  assert.equal(readFileSync(join(root, 'tests', 'bench', 'results.json'), 'utf8'), before);
});

test('an unknown case is a sentence and exit code 2', async () => {
  const { code, output } = await bench('message.3ch');
  assert.equal(code, 2);
  assert.equal(
    lastLine(output),
    'There is no case called message.3ch: `npm run bench -- --list` names them all.',
  );
});

test('an unknown browser is a sentence and exit code 2', async () => {
  const { code, output } = await bench('--browser', 'opera');
  assert.equal(code, 2);
  assert.equal(lastLine(output), 'There is no browser called opera here: take chromium or firefox.');
});

test('an unknown flag is a sentence and exit code 2', async () => {
  const { code, output } = await bench('--fast');
  assert.equal(code, 2);
  assert.match(lastLine(output), /^Unknown option '--fast'.*--quick/);
});

test('a missing build is a sentence and exit code 2', async () => {
  const packageDir = join(folder, 'no-package');
  await assert.rejects(buildSite({ packageDir, outDir: join(folder, 'no-site') }), {
    exitCode: 2,
    message: 'There is no built package to measure: run `npm run build`, then the command again.',
  });
  assert.ok(!existsSync(join(folder, 'no-site')));
});

test('a peer that fails to load is named, and no figure is given', async () => {
  const broken = join(folder, 'broken-site');
  cpSync(site, broken, { recursive: true });
  const chunk = readdirSync(join(broken, 'assets')).find((file) => /^realtime-js-.*\.js$/.test(file));
  assert.ok(chunk, 'the peer is in a file of its own');
  rmSync(join(broken, 'assets', chunk));
  /** @type {string[]} */
  const given = [];
  await assert.rejects(
    withWorkplace({ browserName: 'chromium', executablePath, site: broken, quick: true }, (workplace) =>
      runCases(
        catalogue.filter(({ name }) => name === 'message.binary'),
        workplace,
        ({ name }) => given.push(name),
      ),
    ),
    { exitCode: 2, message: /^message\.binary could not run: the peer @supabase\/realtime-js did not load/ },
  );
  assert.deepEqual(given, []);
});
