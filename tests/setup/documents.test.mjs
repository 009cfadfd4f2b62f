// What the documents name is there: links, headings, commands, files, tests.
import assert from 'node:assert/strict';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { catalogue } from '../bench/catalogue/index.mjs';
import { mutants } from '../mutants/mutants.mjs';

/** @param {string} folder */
const markdownIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const documents = ['.', 'docs'].flatMap(markdownIn);

/** @param {string} file */
const read = (file) => readFileSync(join(root, file), 'utf8');

/** The text without its blocks of code. @param {string} file */
const prose = (file) => read(file).replace(/^```.*?^```/gms, '');

/** The anchors of a document's headings, as GitHub makes them. @param {string} file */
function anchors(file) {
  const headings = [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The same for every document: what it says that is wrong. @param {(file: string) => string[]} wrongIn */
function assertNothing(wrongIn) {
  const wrong = documents.flatMap((file) => wrongIn(file).map((what) => `${file}: ${what}`));
  assert.deepEqual(wrong, []);
}

test('the documents are found, those for the person who joins among them', () => {
  for (const name of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/performance.md']) {
    assert.ok(documents.includes(name), name);
  }
});

test('every link between documents leads to a file, and to a heading in it', () => {
  assertNothing((file) =>
    [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const linked = path === '' ? file : join(dirname(file), path);
        if (!existsSync(join(root, linked))) return true;
        return anchor !== undefined && !anchors(linked).includes(anchor);
      }),
  );
});

test('every command of npm that a document names is a script', () => {
  const scripts = (/** @type {string} */ folder) => JSON.parse(read(join(folder, 'package.json'))).scripts;
  assertNothing((file) =>
    [...read(file).matchAll(/npm run ([\w:]+)(?: -w (\S+?)(?=[`\s]))?/g)]
      .filter(([, name = '', workspace = '.']) => !(name in scripts(workspace)))
      .map(([command]) => command),
  );
});

test('every file of the repository that a document names in code is there', () => {
  // Of one file `docs/architecture.md` says that a reader would write it; the backend's page names its own files.
  const others = ['src/core/attention.rs'];
  assertNothing((file) =>
    [...prose(file).matchAll(/`((?:src|js|tests|scripts|docs|www|\.ci|\.cargo)\/[\w./-]+)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !others.includes(path))
      .filter((path) =>
        ['.', 'www', 'www/local-supabase'].every((folder) => !existsSync(join(root, folder, path))),
      ),
  );
});

test('what CONTRIBUTING.md runs one of is there: the test, the file, the mutant, the benchmark', () => {
  const text = read('CONTRIBUTING.md');
  /** @param {RegExp} pattern */
  const named = (pattern) => {
    const [, name] = pattern.exec(text) ?? [];
    assert.ok(name, String(pattern));
    return name;
  };
  const part = named(/cargo test --test realtime (\w+)/);
  const sources = readdirSync(join(root, 'tests', 'realtime')).map((name) => read(`tests/realtime/${name}`));
  assert.ok(sources.some((source) => source.includes(`fn ${part}`)));
  assert.ok(existsSync(join(root, named(/node --test (tests\S+)`/))));
  assert.ok(existsSync(join(root, 'tests', `${named(/--headless --chrome -- --test (\w+)/)}.rs`)));
  const mutant = named(/--test-name-pattern '(.*?)'/);
  assert.equal(mutants.filter(({ name }) => name.includes(mutant)).length, 1);
  const benchmark = named(/npm run bench -- (\S+) --quick/);
  assert.ok(catalogue.some(({ name }) => name === benchmark));
  const title = named(/playwright test .* -g '(.*?)'/);
  const specs = readdirSync(join(root, 'tests/integration/dashboard')).map((name) =>
    read(`tests/integration/dashboard/${name}`),
  );
  assert.ok(specs.some((spec) => spec.includes(`test('${title}`)));
});

test('CI runs what a developer runs, with the oldest Node.js that is supported', () => {
  const workflow = read('.github/workflows/ci.yml');
  assert.match(workflow, /^ {8}run: \.ci\/run$/m);
  assert.match(read('.ci/run'), /^exec npm --silent test$/m);
  accessSync(join(root, '.ci', 'run'), constants.X_OK);
  const [, oldest] = /node-version: (\d+)$/m.exec(workflow) ?? [];
  assert.ok(JSON.parse(read('package.json')).engines.node.startsWith(`>=${oldest}.`));
});
