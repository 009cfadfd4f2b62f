// docs/errors.md has each code that is thrown, says truly whether to retry, and has no other.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';

/** @param {string} folder @param {RegExp} kind @returns {string[]} */
const sourcesIn = (folder, kind) =>
  readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((name) => kind.test(name) && !name.endsWith('.d.ts'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'));

/** A call from its name to its last parenthesis. @param {string} source @param {number} begin */
function callAt(source, begin) {
  let depth = 0;
  for (let at = source.indexOf('(', begin); at < source.length; at += 1) {
    if (source[at] === '(') depth += 1;
    if (source[at] === ')') depth -= 1;
    if (depth === 0) return source.slice(begin, at + 1);
  }
  throw new Error(`No end of ${source.slice(begin, begin + 80)}`);
}

/** The errors that js/ makes, by their code: whether they say that the same call may succeed later. */
const thrown = sourcesIn('js', /\.tsx?$/).flatMap((source) =>
  [...source.matchAll(/\bnew DashboardError\(\s*('\w+'|\w+)/g)].map(({ 0: whole, 1: code = '', index }) => {
    const call = callAt(source, index);
    const retryable = /\bretryable: ([\w.]+)/.exec(call)?.[1];
    return { whole, code, retryable: { undefined: 'no', true: 'yes' }[String(retryable)] ?? 'some are' };
  }),
);

const [ofPackage = '', ofServer = ''] = readFileSync(join(root, 'docs/errors.md'), 'utf8').split(
  '## Answers of the shared cache',
);

/** The cells of a text's table, by the code that each row begins with. @param {string} text */
const rowsOf = (text) =>
  new Map(
    text
      .split('\n')
      .filter((line) => /^\| `\w+` \|/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map((cells) => [cells[1]?.replaceAll('`', '') ?? '', cells.slice(2)]),
  );

const rows = new Map([...rowsOf(ofPackage)].map(([code, [, retryable]]) => [code, retryable]));

test('every error that js/ throws names its code, so that it can be looked for', () => {
  // That of the module's errors is the module's.
  const unnamed = thrown.filter(({ code }) => !code.startsWith("'"));
  assert.deepEqual(
    unnamed.map(({ whole }) => whole.replaceAll(/\s/g, '')),
    ['newDashboardError(code'],
  );
  assert.ok(thrown.length > 20, `${thrown.length} are found`);
});

test('every code that js/ throws has a row, which says truly whether to retry', () => {
  for (const { code, retryable } of thrown) {
    if (!code.startsWith("'")) continue;
    const name = code.slice(1, -1);
    assert.ok(rows.has(name), `no row: ${name}`);
    assert.equal(rows.get(name), retryable, name);
  }
});

test('every code that has a row is thrown somewhere', () => {
  const rust = sourcesIn('src', /\.rs$/);
  const names = rust.find((source) => source.includes('pub enum Code {')) ?? '';
  const used = new Set(
    rust.filter((source) => source !== names).flatMap((source) => source.match(/\bCode::\w+/g) ?? []),
  );
  const ofModule = [...names.matchAll(/Self::(\w+) => "(\w+)"/g)]
    .filter(([, variant]) => used.has(`Code::${variant}`))
    .map(([, , code = '']) => code);
  assert.ok(ofModule.length > 20, `${ofModule.length} are found`);
  const known = new Set([...ofModule, ...thrown.map(({ code }) => code.slice(1, -1))]);
  assert.deepEqual(
    [...rows.keys()].filter((code) => !known.has(code)),
    [],
  );
});

test('every code that the shared cache answers with has a row, with its status, and no other has', () => {
  const source = readFileSync(join(root, 'js/server/refusal.ts'), 'utf8');
  const statuses = Object.fromEntries(
    [...source.matchAll(/^ {2}(\w+): (\d{3}),$/gm)].map(([, code = '', status = '']) => [code, [status]]),
  );
  assert.ok(Object.keys(statuses).length > 5, `${Object.keys(statuses).length} are found`);
  const others = sourcesIn('js/server', /\.ts$/).flatMap((text) => [
    ...text.matchAll(/new Refusal\(\s*'(\w+)'[^;]*?status: (\d{3})/g),
  ]);
  for (const [, code = '', status = ''] of others) statuses[code]?.push(status);
  const told = [...rowsOf(ofServer)].map(([code, [status = '']]) => [code, status.split(', ')]);
  assert.deepEqual(Object.fromEntries(told), statuses);
});
