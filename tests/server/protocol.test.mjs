import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  generationText,
  holds,
  nextGeneration,
  parseGeneration,
} from '../../pkg/cache-protocol/generation.js';
import { headerText, parseHeader } from '../../pkg/cache-protocol/header.js';
import { escapeField, keyOfTag, keyTag, unescapeField } from '../../pkg/cache-protocol/tags.js';

/** @param {string} text */
const generation = (text) => parseGeneration(text) ?? assert.fail(text);

test('a generation is read as the core writes it, and nothing else is', () => {
  for (const text of ['0.0.0', '1790000000000.7.3', `${2 ** 53}.4294967295.4294967295`]) {
    assert.equal(generationText(generation(text)), text);
  }
  assert.equal(generationText(generation('+05.002.1')), '5.2.1');
  const none = [
    '',
    '.',
    '1',
    '1.',
    '.1',
    '1.2',
    '-1.2.3',
    '1.2.3.4',
    'a.b.c',
    '1.99999999999.1',
    '1.2.4294967296',
  ];
  for (const text of [
    ...none,
    '1.2. 3',
    '1e3.2.3',
    '1.2.3\n',
    '9007199254740994.1.1',
    '18446744073709551615.1.1',
  ]) {
    assert.equal(parseGeneration(text), undefined, text);
  }
});

test('a generation holds for those that are not above it, and for none that was counted beside it', () => {
  /** @type {[string, string, boolean][]} */
  const cases = [
    ['5.2.1', '5.2.1', true],
    ['5.3.1', '5.2.9', true],
    ['6.0.0', '5.9.9', true],
    ['5.2.1', '5.3.1', false],
    ['5.9.9', '6.0.0', false],
    ['5.2.1', '5.2.2', false],
    ['5.2.2', '5.2.1', false],
    ['0.0.0', '0.0.0', true],
  ];
  for (const [seen, known, expected] of cases) {
    assert.equal(holds(generation(seen), generation(known)), expected, `${seen} ${known}`);
  }
  const next = (/** @type {string} */ text, /** @type {number} */ wall, /** @type {string[]} */ ...said) =>
    generationText(nextGeneration(generation(text), wall, ...said.map(generation)));
  assert.equal(next('0.0.0', 50), '50.1.0');
  assert.equal(next('50.1.7', 60), '50.2.0');
  assert.equal(next('90.4294967295.2', 80), '91.1.0');
  assert.equal(next('90.4294967295.2', 100), '100.1.0');
  // What somebody else has counted, unless it is behind.
  assert.equal(next('50.3.7', 60, '50.4.9'), '50.4.9');
  assert.equal(next('50.3.7', 60, '50.3.7'), '50.3.7');
  assert.equal(next('50.3.7', 60, '50.3.9'), '50.3.9');
  assert.equal(next('50.3.7', 60, '50.3.5'), '50.4.0');
  assert.equal(next('50.3.7', 60, '49.9.9'), '50.4.0');
});

test('a header is read back as it was written, and as the core writes it', () => {
  /** @type {[string, import('../../pkg/cache-protocol/generation.js').Generation][]} */
  const tags = ['', 'a b', 'k["x","y"]', '婚礼', '%', 'a\u0000b', '-', '\ufeff'].map((tag) => [
    tag,
    generation('5.2.1'),
  ]);
  for (const version of [undefined, '', '-', '--', 'v 1', '%20', 'Müller\n']) {
    const header = { flags: 4, stored: 9, ttl: 7, stale: 8, version, bytes: 12, tags };
    const text = headerText(header);
    assert.match(text, /^[ -~]*$/);
    assert.deepEqual(parseHeader(text), header);
  }
  // As `src/core/cache/header.rs` has it.
  const line = '1 4 9 7 8 v 12 1 a%20b 5.2.1';
  assert.deepEqual(parseHeader(line)?.tags, [['a b', generation('5.2.1')]]);
  assert.equal(headerText(parseHeader(line) ?? assert.fail()), line);
  assert.equal(
    headerText(parseHeader('1 +4 09 7 8 %2d 12 1 %C3%A9 5.2.1') ?? assert.fail()),
    '1 4 9 7 8 %2d 12 1 %c3%a9 5.2.1',
  );
});

test('a line that is no header is none', () => {
  const line = '1 4 9 7 8 v 12 1 a 5.2.1';
  assert.notEqual(parseHeader(line), undefined);
  const changes = [
    '',
    ' ',
    line.replace('1', '2'),
    line.replace(' 4 ', ' 16 '),
    line.replace(' 9 ', ' -9 '),
    line.replace(' 7 ', ' 7.5 '),
    line.replace(' 8 ', ' 9007199254740993 '),
    line.replace(' v ', ' %zz '),
    line.replace(' v ', ' %f '),
    line.replace(' v ', ' %ff '),
    line.replace(' 12 ', ' 4294967296 '),
    line.replace(' 1 a', ' 2 a'),
    line.replace(' 1 a', ' 0 a'),
    line.replace(' a ', ' '),
    line.replace('5.2.1', '5.2'),
    `${line} `,
    line.slice(0, -6),
    ` ${line}`,
    `${'1 4 9 7 8 v 12 81'}${' t 5.2.1'.repeat(81)}`,
  ];
  for (const text of changes) assert.equal(parseHeader(text), undefined, text);
  assert.equal(parseHeader(`${'1 4 9 7 8 v 12 80'}${' t 5.2.1'.repeat(80)}`)?.tags.length, 80);
});

test('no two texts have the same field', () => {
  const texts = [
    '',
    '-',
    '--',
    '%2d',
    '%',
    ' ',
    '%20',
    'é',
    'e\u0301',
    '\u00e9',
    '%c3%a9',
    '\u0000',
    '👰🏽',
    '\ufeffa',
    'a',
  ];
  const fields = new Set(texts.map(escapeField));
  assert.equal(fields.size, new Set(texts).size);
  for (const text of texts) assert.equal(unescapeField(escapeField(text)), text);
  for (const wrong of ['%', '%4', '%g0', '%c3', '%ed%a0%80', 'a%'])
    assert.equal(unescapeField(wrong), undefined, wrong);
  assert.equal(keyOfTag(keyTag('k')), 'k');
  assert.equal(keyOfTag('sk'), undefined);
});
