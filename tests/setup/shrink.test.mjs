import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import binaryen from 'binaryen';
import { inOrderOfLikeness, orderByLikeness } from '../../scripts/lib/build/likeness.mjs';
import { withLikelyLocals } from '../../scripts/lib/build/locals.mjs';
import { withoutPanicMessages } from '../../scripts/lib/build/panics.mjs';
import { constantsOf, withoutUnusedData } from '../../scripts/lib/build/unused-data.mjs';

// The types of Node.js leave it out.
const { WebAssembly } = /** @type {any} */ (globalThis);

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function assemble(text) {
  binaryen.setDebugInfo(true);
  const module = binaryen.parseText(text);
  try {
    return Uint8Array.from(module.emitBinary());
  } finally {
    module.dispose();
  }
}

/** @param {Uint8Array} wasm @returns {Promise<Record<string, (value?: number) => number>>} */
async function exportsOf(wasm) {
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(wasm));
  return /** @type {any} */ (instance.exports);
}

const hash = '[0123456789abcdef]';
const panicking = `
  (func $"core${hash}::panicking::panic_fmt" (param i32) (call $"core${hash}::fmt::write" (local.get 0)))
  (func $"core${hash}::fmt::write" (param i32) (i32.store (i32.const 0) (local.get 0)))
  (memory 1)
  (export "read" (func $read))
  (func $read (result i32) (i32.load (i32.const 0)))
`;

test('what panics traps without a message, and what does not is as it was', async () => {
  const wasm = assemble(`(module ${panicking}
    (export "half" (func $half))
    (func $half (param i32) (result i32)
      (if (i32.and (local.get 0) (i32.const 1)) (then (call $"core${hash}::panicking::panic_fmt" (i32.const 7))))
      (i32.shr_u (local.get 0) (i32.const 1))))`);
  const before = await exportsOf(wasm);
  before.half?.(3);
  assert.equal(before.read?.(), 7, 'its message was written');

  const after = await exportsOf(withoutPanicMessages(wasm));
  assert.equal(after.half?.(42), 21);
  assert.throws(() => after.half?.(3), WebAssembly.RuntimeError);
  assert.equal(after.read?.(), 0, 'no message was written');
});

test('a function that formats and does not panic stops the build, which names it', () => {
  const wasm = assemble(`(module ${panicking}
    (export "greeting" (func $greeting))
    (func $greeting (call $"core${hash}::fmt::write" (i32.const 7))))`);
  assert.throws(
    () => withoutPanicMessages(wasm),
    /^Error: greeting calls core\[0123456789abcdef\]::fmt::write: /,
  );
});

test('a module without names stops the build: nobody would see that nothing was taken out', () => {
  binaryen.setDebugInfo(false);
  const module = binaryen.parseText(`(module ${panicking})`);
  const nameless = module.emitBinary();
  module.dispose();
  assert.throws(() => withoutPanicMessages(nameless), /no function that panics/);
});

/** Constants at 1024 with gaps between them, and a variable at 1200. */
const data = `
  (memory (export "memory") 1)
  (data (i32.const 1024) "\\60\\04\\00\\00\\04\\00\\00\\00")
  (data (i32.const 1040) "\\65\\04\\00\\00\\04\\00\\00\\00")
  (data (i32.const 1056) "\\6a\\04\\00\\00\\04\\00\\00\\00")
  (data (i32.const 1072) "\\6f\\04\\00\\00\\04\\00\\00\\00")
  (data (i32.const 1088) "sentence")
  (data (i32.const 1104) "variable")
  (data (i32.const 1112) "eight")
  (data (i32.const 1120) "a.rs\\00b.rs\\00c.rs\\00d.rs\\00")
  (data (i32.const 1144) "table")
  (data (i32.const 1200) "\\50\\04\\00\\00")
`;
const placed = [
  ...[1024, 1040, 1056, 1072].map((address) => ({ address, size: 8, file: 'core.o' })),
  { address: 1088, size: 8, file: 'core.o' },
  { address: 1104, size: 8, file: 'core.o' },
  { address: 1112, size: 5, file: 'core.o' },
  { address: 1120, size: 20, file: '<internal>' },
  { address: 1144, size: 5, file: 'core.o' },
];
const map = placed
  .map(
    ({ address, size, file }) =>
      `  ${address.toString(16)}    b1490       ${size.toString(16)}         ${file}:(.rodata)`,
  )
  .join('\n');

/** What memory begins with, as text, when unused constants are blanked. @param {{ before: string, after: string }} code */
async function textAfter({ before, after }) {
  const [compiled, shrunk] = [before, after].map((numbers) =>
    assemble(`(module ${data} (func (export "run") ${numbers}))`),
  );
  assert.ok(compiled && shrunk);
  const constants = constantsOf(map, compiled);
  const { memory } = /** @type {any} */ (await exportsOf(withoutUnusedData(shrunk, { compiled, constants })));
  return Buffer.from(memory.buffer, 1024, 180).toString('latin1');
}

const uses = (/** @type {number[]} */ ...addresses) =>
  addresses.map((address) => `(drop (i32.const ${address}))`).join('');

test('of constants that nothing refers to any more only zeros are left, and of what they alone pointed to', async () => {
  const all = uses(1024, 1040, 1056, 1072, 1088, 1112);
  const before = await textAfter({ before: all, after: all });
  for (const text of ['sentence', 'eight', 'a.rs', 'b.rs']) assert.ok(before.includes(text), text);

  const after = await textAfter({ before: all, after: uses(1040) });
  assert.ok(!/sentence|eight|a\.rs/.test(after), after);
  assert.equal(after.slice(0, 8), '\0'.repeat(8));
  assert.ok(
    after.includes('b.rs') && after.slice(16, 24) !== '\0'.repeat(8),
    'what a constant in use points to stays',
  );
});

test('a constant stays that may be reached otherwise than by its own address in the code', async () => {
  const all = uses(1088, 1104, 1112);
  const text = await textAfter({ before: all, after: '' });
  assert.ok(!text.includes('sentence'));
  assert.ok(text.includes('table'), 'nothing ever named its address: an index may reach it');

  const kept = await textAfter({
    before: all,
    after: '(drop (i32.load offset=1090 (i32.const 2))) (drop (i64.const 21474837592))',
  });
  assert.ok(kept.includes('sentence'), 'an offset lies in it');
  assert.ok(kept.includes('eight'), 'a number of eight bytes holds its address and its length');
});

test('what a variable points to stays', async () => {
  // That at 1200 points to 1104.
  const text = await textAfter({ before: uses(1088, 1104), after: '' });
  assert.ok(!text.includes('sentence'));
  assert.ok(text.includes('variable'));
});

test('a map that names no constants stops the build', () => {
  const wasm = assemble(`(module ${data})`);
  assert.throws(() => constantsOf('CODE\n', wasm), /names no constants/);
});

test('functions that are alike are put near each other, each of them once', () => {
  // Two kinds of text, taking turns further apart than the window is long.
  const texts = Array.from({ length: 200 }, (_, index) =>
    Uint8Array.from({ length: 300 }, (_, at) => (index % 2 ? at * 7 + index : (at * at + index) % 251)),
  );
  const order = orderByLikeness(texts, 1024);
  assert.deepEqual(
    [...order].sort((one, other) => one - other),
    [...texts.keys()],
  );
  const changes = order.filter((index, at) => at > 0 && index % 2 !== (order[at - 1] ?? 0) % 2).length;
  assert.ok(changes < 20, `${changes} changes of kind in 200`);
});

test('no order of anything: an empty module, and texts with nothing in common', () => {
  assert.deepEqual(orderByLikeness([], 1024), []);
  assert.deepEqual(
    orderByLikeness([Uint8Array.of(), Uint8Array.of(1), Uint8Array.of(2, 3, 4, 5)], 0),
    [2, 0, 1],
  );
});

test('a module in another order does the same, and compresses better', async () => {
  // 60 kinds of code, ten functions each, of which gzip sees no two of a kind in its window as they are.
  const [kinds, ofAKind] = [60, 10];
  const names = Array.from({ length: kinds * ofAKind }, (_, index) => `f${index}`);
  const body = (/** @type {number} */ index) => {
    let [value, seed] = ['(local.get 0)', (index % kinds) + 1];
    for (let step = 0; step < 200; step += 1) {
      seed = (seed * 48_271) % 2_147_483_647;
      value = `(i32.${['add', 'xor', 'mul', 'sub'][seed % 4]} ${value} (i32.const ${seed}))`;
    }
    return `(i32.add ${value} (i32.const ${index}))`;
  };
  const functions = names.map((name, index) => `(func $${name} (param i32) (result i32) ${body(index)})`);
  const exported = names.map((name) => `(export "${name}" (func $${name}))`);
  const wasm = assemble(
    `(module (table 3 funcref) (elem (i32.const 0) $f5 $f4 $f3) ${functions.join('')} ${exported.join('')})`,
  );
  const reordered = inOrderOfLikeness(wasm);
  const [before, after] = [await exportsOf(wasm), await exportsOf(reordered)];
  assert.equal(Object.keys(after).length, names.length);
  for (const name of names) assert.equal(after[name]?.(12_345), before[name]?.(12_345), name);
  const [compressed, wasCompressed] = [gzipSync(reordered).length, gzipSync(wasm).length];
  assert.ok(compressed < wasCompressed / 2, `${compressed} of ${wasCompressed}`);
});

test('a function whose variables have other numbers does the same, and gzip finds what it has in common with others', async () => {
  // What they compute is the same but for a number; each has variables of its own, in an order of its own.
  const [all, variables] = [300, 12];
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed;
  };
  const body = (/** @type {number} */ index) => {
    const places = Array.from({ length: variables }, (_, at) => ({ at, by: random() }));
    const order = places.sort((one, other) => one.by - other.by);
    const shuffled = (/** @type {number} */ at) => `$v${order[at]?.at}`;
    const steps = Array.from({ length: variables }, (_, at) => {
      const value = at === 0 ? '(local.get $p)' : `(local.get ${shuffled(at - 1)})`;
      return `(local.set ${shuffled(at)} (i32.xor (i32.mul ${value} (i32.const ${at * 37 + 3})) (i32.const ${at + 1})))`;
    });
    const sum = Array.from(
      { length: variables },
      (_, at) =>
        `(local.set $wide (i64.add (local.get $wide) (i64.extend_i32_s (local.get ${shuffled(at)}))))`,
    );
    const declared = Array.from({ length: variables }, (_, at) => `(local $v${at} i32)`);
    return `(local $never i32) (local $wide i64) ${declared.join('')} ${steps.join('')} ${sum.join('')}
      (i32.add (i32.wrap_i64 (local.get $wide)) (i32.const ${index}))`;
  };
  const functions = Array.from(
    { length: all },
    (_, index) => `(func (export "f${index}") (param $p i32) (result i32) ${body(index)})`,
  );
  const wasm = assemble(`(module ${functions.join('')})`);
  const likely = withLikelyLocals(wasm);
  const [before, after] = [await exportsOf(wasm), await exportsOf(likely)];
  assert.equal(Object.keys(after).length, all);
  for (const name of Object.keys(before)) {
    assert.equal(after[name]?.(12_345), before[name]?.(12_345), name);
  }
  const [compressed, wasCompressed] = [gzipSync(likely).length, gzipSync(wasm).length];
  assert.ok(compressed < wasCompressed / 2, `${compressed} of ${wasCompressed}`);
});

test('a module in another order keeps what its functions are called, and who calls whom', async () => {
  const constant = (/** @type {number} */ index) => `(i32.const ${index * 1_000_003})`;
  const own = Array.from(
    { length: 150 },
    (_, index) =>
      `(func $of${index} (export "of${index}") (result i32) (i32.add (call $base) ${constant(index)}))`,
  );
  const wasm = assemble(`(module (global $begun (mut i32) (i32.const 0)) (start $begin)
    (func $begin (global.set $begun (i32.const 42)))
    ${own.join('')} (func $base (result i32) (global.get $begun)))`);
  const reordered = inOrderOfLikeness(wasm);
  const { of0, of149 } = await exportsOf(reordered);
  assert.deepEqual([of0?.(), of149?.()], [42, 42 + 149 * 1_000_003]);
  const module = binaryen.readBinary(Uint8Array.from(reordered));
  try {
    assert.ok(module.validate());
    const called = /\(func \$of(\d+) \(result i32\)\s+\(i32\.add\s+\(call \$base\)\s+\(i32\.const (\d+)\)/g;
    const numbers = [...module.emitText().matchAll(called)].map(([, name, number]) => [name, Number(number)]);
    const expected = own.map((_, index) => [String(index), index * 1_000_003]);
    assert.deepEqual(
      numbers.sort(([, one], [, other]) => Number(one) - Number(other)),
      expected,
    );
  } finally {
    module.dispose();
  }
});

test('an instruction that is not known stops the build: it could name a variable', () => {
  const wasm = assemble('(module (func (result i32) (i32.const 77)))');
  const unknown = wasm.map((byte, at) => (byte === 0x41 && wasm[at + 1] === 0xcd ? 0xf7 : byte));
  assert.throws(() => withLikelyLocals(unknown), /instruction that is not known here: 247/);
});
