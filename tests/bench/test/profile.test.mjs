// A profile with the names of Rust's functions, and what the command refuses.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesToShorten, withNamesInText } from '../../../scripts/lib/build/short-names.mjs';
import { buildNamedWasm } from '../../../scripts/lib/build/wasm.mjs';
import { cacheDir, installedPackageDir, root } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/process.mjs';
import { setUpForBuild } from '../../../scripts/lib/setup/index.mjs';
import { catalogue } from '../catalogue/index.mjs';
import { caseToProfile, isProfilable, secondsOf, sideToProfile } from '../lib/profile-choice.mjs';
import { hottest, readableName } from '../lib/profile-report.mjs';

/** @param {string[]} args @param {Record<string, string>} [env] */
function profile(args, env = {}) {
  return run(process.execPath, [join(root, 'tests', 'bench', 'profile.mjs'), ...args], { cwd: root, env });
}

test('a second of subscribing: the profile has Rust’s functions by their names', async () => {
  const file = join(cacheDir, 'profiles', 'scale.subscribe.ours.cpuprofile');
  rmSync(file, { force: true });
  const { code, stdout, output } = await profile(['scale.subscribe', '--seconds', '1']);
  assert.equal(code, 0, output);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(samples.length > 1_000, `${samples.length} looks`);
  assert.equal(samples.length, timeDeltas.length);
  /** @type {string[]} */
  const names = nodes.map((/** @type {any} */ node) => node.callFrame.functionName);
  assert.ok(
    names.some((name) => name.startsWith('wedsync_dashboard::core::')),
    names.join('\n'),
  );
  assert.ok(!names.some((name) => /::h[0-9a-f]{16}|^_ZN|^_R/.test(name)), names.join('\n'));
  // Functions of ours in JavaScript have their names too.
  assert.ok(names.includes('passStringToWasm0'), names.join('\n'));
  assert.match(stdout, /^scale\.subscribe, @wedsync\/dashboard: .*\n *share +ms +function +where\n/);
  assert.match(stdout, /Written: \.cache\/profiles\/scale\.subscribe\.ours\.cpuprofile/);
  assert.ok(stdout.split('\n').length <= 24, 'at most twenty functions');
});

test('the module with names is the released one: the same code, and but for names the same binding', async () => {
  await setUpForBuild();
  const named = await buildNamedWasm();
  const released = join(installedPackageDir, 'wedsync_dashboard_bg.wasm');
  const [code, releasedCode] = [named, released].map((file) => sections(readFileSync(file)).get(10));
  assert.ok(code && releasedCode && code.length > 10_000);
  assert.ok(code.equals(releasedCode), 'profiles would show other code than users run');
  assert.ok(readFileSync(named).includes('wedsync_dashboard::'));
  assert.ok(!readFileSync(released).includes('wedsync_dashboard::core::'), 'names are not published');
  const [binding, releasedBinding] = [named, released].map((file) =>
    readFileSync(file.replace('_bg.wasm', '.js'), 'utf8'),
  );
  const short = withNamesInText(binding ?? '', namesToShorten(readFileSync(named)));
  assert.equal(short, releasedBinding);
});

/** The sections of a WebAssembly module by their numbers, custom ones aside. @param {Buffer} module */
function sections(module) {
  /** @type {Map<number, Buffer>} */
  const found = new Map();
  for (let at = 8; at < module.length; ) {
    const id = module[at] ?? 0;
    let size = 0;
    let shift = 0;
    do {
      at += 1;
      size += ((module[at] ?? 0) & 127) << shift;
      shift += 7;
    } while ((module[at] ?? 0) > 127);
    at += 1;
    if (id !== 0) found.set(id, module.subarray(at, at + size));
    at += size;
  }
  return found;
}

test('what cannot be profiled is refused in a sentence, before anything is built', async () => {
  const refused = [
    { args: [], says: /^A profile is of one case, and none were named: .*--list/ },
    { args: ['message.binary', 'message.binary.100ch'], says: /^A profile is of one case, and 2 were named/ },
    { args: ['message.imaginary'], says: /^There is no case called message\.imaginary to be profiled: / },
    { args: ['message.1ch'], says: /^message\.1ch stands for \d+ cases, and a profile is of one: / },
    { args: ['message.binary', '--seconds', 'long'], says: /^--seconds long cannot be: give a number/ },
    { args: ['message.binary', '--browser', 'firefox'], says: /takes --side, --seconds, --list\.$/ },
  ];
  const driven = catalogue.find((entry) => entry.driver);
  if (driven) refused.push({ args: [driven.name], says: /is steered from outside the page, .*--list/ });
  for (const { args, says } of refused) {
    const { code, output } = await profile(args);
    assert.equal(code, 2, output);
    assert.match(output.trimEnd(), says);
    assert.match(output, /^[^\n]+\.\n$/, 'one sentence');
  }
});

test('a browser that is not there is a sentence', async () => {
  const { code, output } = await profile(['message.binary', '--seconds', '1'], { CHROMIUM: '/nowhere' });
  assert.equal(code, 2, output);
  assert.match(output, /CHROMIUM is set to \/nowhere, where there is no program: .*\n$/);
  assert.doesNotMatch(output, /^ +at /m);
});

test('a side that a case has not is refused with those it has', () => {
  const round = async () => ({});
  /** @type {import('../lib/measure.mjs').Side[]} */
  const sides = [
    { role: 'peer', name: 'dexie', round },
    { role: 'peer', name: 'idb-keyval', round },
    { role: 'limit', name: 'raw IndexedDB', round },
  ];
  const entry = { name: 'cache.get_one', unit: 'ms', what: '', target: null, waitsFor: 'the cache' };
  assert.throws(() => sideToProfile(entry, sides, undefined), {
    exitCode: 2,
    message:
      'cache.get_one has no side called ours, which waits for the cache: take one of peer (dexie), peer (idb-keyval), limit (raw IndexedDB) by --side.',
  });
  assert.throws(() => sideToProfile(entry, sides, 'both'), /has no side called both: take one of peer/);
  assert.equal(sideToProfile(entry, sides, 'peer'), 0);
  assert.equal(sideToProfile(entry, sides, 'idb-keyval'), 1);
  assert.equal(sideToProfile(entry, sides, 'limit'), 2);
});

test('the list names just the cases that can be profiled', async () => {
  const { code, stdout } = await profile(['--list']);
  assert.equal(code, 0);
  const listed = stdout
    .trimEnd()
    .split('\n')
    .map((said) => said.split(': ')[0] ?? '');
  assert.deepEqual(
    listed,
    catalogue.filter(isProfilable).map(({ name }) => name),
  );
  assert.equal(caseToProfile([listed[0] ?? '']).name, listed[0]);
});

test('seconds are a number of them', () => {
  assert.equal(secondsOf(undefined), 5);
  assert.equal(secondsOf('0.5'), 0.5);
  for (const text of ['', '0', '-1', '1e9', 'NaN', '601', '5s']) {
    assert.throws(() => secondsOf(text), { exitCode: 2 }, text);
  }
});

test('a function’s own time is from the look that saw it to the next; waiting is not counted', () => {
  const frame = (/** @type {string} */ functionName, url = '', lineNumber = 0) => ({
    functionName,
    url,
    lineNumber,
    columnNumber: 0,
  });
  const nodes = [
    { id: 1, callFrame: frame('(root)') },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('wedsync_dashboard::scan', 'wasm://wasm/0a1b') },
    { id: 4, callFrame: frame('binary', 'http://127.0.0.1:1/assets/ours.js', 9) },
    // The same function, called from elsewhere.
    { id: 5, callFrame: frame('binary', 'http://127.0.0.1:1/assets/ours.js', 9) },
    { id: 6, callFrame: frame('', 'http://127.0.0.1:1/assets/ours.js', 20) },
    { id: 7, callFrame: frame('decode') },
  ];
  const samples = [4, 3, 2, 5, 6, 7, 3];
  const timeDeltas = [7_000, 2_000, 1_000, 9_000, 4_000, 2_000, 1_000];
  assert.deepEqual(hottest({ nodes, samples, timeDeltas }, 9), [
    { share: '60.0 %', ms: '6', function: 'binary', where: 'ours.js:10' },
    { share: '20.0 %', ms: '2', function: '(anonymous)', where: 'ours.js:21' },
    { share: '10.0 %', ms: '1', function: 'wedsync_dashboard::scan', where: 'Rust' },
    { share: '10.0 %', ms: '1', function: 'decode', where: 'browser' },
  ]);
  assert.equal(hottest({ nodes, samples, timeDeltas }, 1).length, 1);
  assert.deepEqual(hottest({ nodes, samples: [], timeDeltas: [] }, 9), []);
});

test('names are freed of what the compiler adds', () => {
  assert.equal(
    readableName('wedsync_dashboard::shell::router::scan::h1fd29b8b1e3c0a44'),
    'wedsync_dashboard::shell::router::scan',
  );
  assert.equal(
    readableName('<dlmalloc[e24a27700634d609]::dlmalloc::Dlmalloc>::malloc'),
    '<dlmalloc::dlmalloc::Dlmalloc>::malloc',
  );
  assert.equal(readableName('realtimeclient_new externref shim multivalue shim'), 'realtimeclient_new');
  assert.equal(readableName('binary'), 'binary');
});
