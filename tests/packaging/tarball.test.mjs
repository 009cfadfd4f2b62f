import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { tarballPath } from '../../scripts/lib/build/tarball.mjs';
import { installedPackageDir, root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/process.mjs';

/** All that may be published. A file that matches none of these is one nobody meant to send. */
const allowed = [
  /^(package\.json|README\.md|LICENSE|THIRD-PARTY-NOTICES\.txt)$/,
  /^(index|react|server|testing|internal)\.(js|d\.ts)$/,
  /^(arguments|calls|client|dashboard|emitter|errors|filter|listening|messages|module|notifications)\.(js|d\.ts)$/,
  /^(realtime|records|sign-out|stats|store|stored|supabase|taps|telling|types|wishes)\.(js|d\.ts)$/,
  /^options\/(broadcasts|changes|check|delivery|filter|http|kinds|manager|payload|place|presence)\.(js|d\.ts)$/,
  /^options\/(breaker|cache|health|policy|project|request|retry|server|service|sign-out|subscription|token)\.(js|d\.ts)$/,
  /^cache\/(calling|devices|executing|fetching|key|likeness|locks|manager|news|patches|persister|remote)\.(js|d\.ts)$/,
  /^cache\/(resource|retries|stats|table|tables|types|view|writing)\.(js|d\.ts)$/,
  /^health\/(monitor|news|past|report|sinks|space|types)\.(js|d\.ts)$/,
  /^integrations\/(answer|asking|client|flights|project|service|sharing|token|trace|watching)\.(js|d\.ts)$/,
  /^resilience\/(arguments|attempt|breaker|errors|events|fallback|places|policy|promises)\.(js|d\.ts)$/,
  /^resilience\/(retry|runner|timeouts|verdict)\.(js|d\.ts)$/,
  /^react\/(complain|connection|health|identity|latest|presence|provided|provider|resource|service|store|subscription|tracking)\.(js|d\.ts)$/,
  /^cache-protocol\/(generation|header|tags)\.(js|d\.ts)$/,
  /^server\/(answers|body|breaker|flights|handler|identity|membership|memory-store|operations)\.(js|d\.ts)$/,
  /^server\/(redis-link|redis-store|refusal|requests|scripts|store)\.(js|d\.ts)$/,
  /^testing\/(stack|backend|faults|tree)\.(js|d\.ts)$/,
  /^wedsync_dashboard(_bg\.wasm)?\.d\.ts$/,
  /^wedsync_dashboard\.js$/,
  /^wedsync_dashboard_bg\.wasm$/,
  /^snippets\/wedsync-dashboard-[0-9a-f]+\/(src\/shell\/((cache|router|store)\/)?)?[\w-]+\.js$/,
];

const folder = mkdtempSync(join(tmpdir(), 'wedsync-tarball-'));
const unpacked = join(folder, 'package');
/** @type {string[]} */
let files = [];

before(async () => {
  const { code, output } = await run('tar', ['-xzf', tarballPath(), '-C', folder]);
  assert.equal(code, 0, output);
  files = readdirSync(unpacked, { recursive: true })
    .map(String)
    .filter((file) => statSync(join(unpacked, file)).isFile())
    .sort();
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} file */
function text(file) {
  return readFileSync(join(unpacked, file), 'utf8');
}

test('the tarball holds what is allowed, and nothing else', () => {
  assert.deepEqual(
    files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
    [],
  );
});

test('it says what it is and under which licence', () => {
  for (const file of ['package.json', 'README.md', 'LICENSE']) assert.ok(files.includes(file), file);
  const manifest = JSON.parse(text('package.json'));
  assert.equal(manifest.name, '@wedsync/dashboard');
  assert.equal(manifest.sideEffects, false);
  assert.deepEqual(Object.keys(manifest.dependencies), ['jose', 'lru-cache', 'valibot']);
  assert.equal(manifest.scripts, undefined);
});

test('every entry point has its file and its types, types first', () => {
  const { exports } = JSON.parse(text('package.json'));
  assert.deepEqual(Object.keys(exports), [
    '.',
    './react',
    './server',
    './testing',
    './internal',
    './package.json',
  ]);
  for (const [name, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    assert.deepEqual(Object.keys(target), ['types', 'default'], name);
    for (const file of Object.values(target)) assert.ok(files.includes(file.slice(2)), `${name}: ${file}`);
  }
});

test('no file points to one that is not there', () => {
  const missing = files
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .flatMap((file) =>
      [...text(file).matchAll(/(?:from|import)\s*\(?['"](\.{1,2}\/[^'"]+)['"]/g)].map(([, target = '']) => {
        const path = resolve(unpacked, dirname(file), target);
        const wanted = file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path;
        return { file, target, there: files.includes(wanted.slice(unpacked.length + 1)) };
      }),
    )
    // wasm-bindgen's snippets are JavaScript without declarations; only JavaScript imports them.
    .filter(({ there }) => !there)
    .map(({ file, target }) => `${file}: ${target}`);
  assert.deepEqual(missing, []);
});

test("React's face is marked for the client", () => {
  assert.match(text('react.js'), /^['"]use client['"];/);
});

test('no path of the machine that built it, no key and no token is inside', () => {
  const secrets = [
    root,
    dirname(root) === '/' ? root : dirname(root),
    // The name of the role alone is no secret: keys of it are refused by it.
    'eyJhbGciOi',
    '/.cargo/',
    '/.rustup/',
  ];
  for (const file of files) {
    const bytes = readFileSync(join(unpacked, file)).toString('latin1');
    for (const secret of secrets) assert.ok(!bytes.includes(secret), `${basename(file)} contains ${secret}`);
  }
});

test('the notices name every crate that is linked, with the texts of its licences, and no other', async () => {
  const notices = text('THIRD-PARTY-NOTICES.txt');
  const tree = ['tree', '--locked', '--target', 'wasm32-unknown-unknown', '--edges', 'normal,no-proc-macro'];
  const { code, stdout, output } = await run('cargo', [...tree, '--prefix', 'none', '--format', '{p} {l}'], {
    cwd: root,
  });
  assert.equal(code, 0, output);
  const linked = new Set(
    stdout
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('wedsync-dashboard '))
      .map((line) => line.replace(/^(\S+) v(\S+) (.*?)( \(\*\))?$/, '$1 $2\n  Licence: $3')),
  );
  assert.ok(linked.size > 5, stdout);
  for (const crate of linked) assert.ok(notices.includes(`\n${crate}\n`), crate);
  assert.match(notices, /\nRust's standard library\n/);

  const [list = '', ...texts] = notices.split(`\n${'-'.repeat(80)}\n`);
  const named = [...list.matchAll(/^ {2}Texts: (.+)$/gm)].map(([, numbers = '']) => numbers.split(', '));
  const ofTheLibrary = list.match(/Rust's standard library$/gm)?.length ?? 0;
  assert.equal(named.length, linked.size + ofTheLibrary);
  for (const numbers of named) {
    assert.ok(numbers.length > 0);
    for (const number of numbers) {
      const found = texts.filter((one) => one.startsWith(`${number}\n`));
      assert.equal(found.length, 1, number);
      assert.match(found[0] ?? '', /copyright/i);
    }
  }
});

test('no npm package is bundled: what its JavaScript imports by name, its manifest names', () => {
  const { dependencies, peerDependencies } = JSON.parse(text('package.json'));
  const imported = files
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => [
      ...text(file).matchAll(/^(?:import|export)\s(?:[^'"()]*\sfrom\s)?['"]([^.'"][^'"]*)['"]/gm),
    ])
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:'));
  assert.ok(imported.length > 0);
  for (const name of new Set(imported)) assert.ok(name in { ...dependencies, ...peerDependencies }, name);
});

test('what is installed is what was packed', () => {
  for (const file of files) {
    assert.deepEqual(readFileSync(join(installedPackageDir, file)), readFileSync(join(unpacked, file)), file);
  }
});
