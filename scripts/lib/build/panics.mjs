import binaryen from 'binaryen';
import { ownFunctions } from './own-functions.mjs';

/**
 * What the standard library does when code panics. Nothing of ours panics on purpose; where it does, a browser shows
 * that the module reached `unreachable` and where, and there is nobody to read the sentence.
 */
const panics = [
  /^core::panicking::/,
  /^core::(option|result)::(unwrap|expect)_failed/,
  /^core::cell::panic_already/,
  /^core::slice::index::slice_\w+_fail/,
  /^core::slice::copy_from_slice_impl::len_mismatch_fail/,
  /^core::str::slice_error_fail/,
  /^<?alloc::.*::assert_failed/,
  /^alloc::raw_vec::(handle_error|capacity_overflow)/,
  /^alloc::alloc::handle_alloc_error/,
  /^<?std::(panicking|alloc|sys::backtrace)::/,
  /^__rustc::(rust_begin_unwind|rust_panic)/,
];

/** What writes those sentences. Nothing else may need it, which is checked. */
const formatting = [
  /^core::fmt::/,
  /^<core::fmt::/,
  /^<.+ as core::fmt::(Display|Debug|Write)>::/,
  /^core::str::count::do_count_chars/,
];

/**
 * The module with `unreachable` in place of each function that is only run by a panic.
 * @param {Uint8Array} wasm with the functions' names
 * @returns {Uint8Array}
 */
export function withoutPanicMessages(wasm) {
  const module = binaryen.readBinary(wasm);
  try {
    binaryen.setDebugInfo(true);
    const functions = ownFunctions(module);
    if (!functions.some(({ name }) => matches(panics, name))) {
      throw new Error(
        'The module has no function that panics: its functions have no names, or others than expected.',
      );
    }
    for (const { name, params, results } of functions) {
      if (!matches(panics, name) && !matches(formatting, name)) continue;
      module.removeFunction(name);
      module.addFunction(name, params, results, [], module.unreachable());
    }
    refuseFormatting(module.emitText());
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** Throws if a function that stays calls one that was to write a panic's sentence. @param {string} text the module's */
export function refuseFormatting(text) {
  let caller = '';
  for (const line of text.split('\n')) {
    const [, definition] = /^ \(func \$("[^"]*"|\S+)/.exec(line) ?? [];
    if (definition !== undefined) caller = unescaped(definition);
    for (const [, called = ''] of line.matchAll(/\((?:return_)?call \$("[^"]*"|[^\s)]+)/g)) {
      if (matches(formatting, unescaped(called))) {
        throw new Error(
          `${caller} calls ${unescaped(called)}: text is put together with concat() and integers with to_string(), because what formats is left out of the module.`,
        );
      }
    }
  }
}

/** @param {RegExp[]} patterns @param {string} name */
function matches(patterns, name) {
  const path = name.replace(/\[[0-9a-f]{16}\]/g, '');
  return patterns.some((pattern) => pattern.test(path));
}

/** @param {string} name as the text has it */
function unescaped(name) {
  return name
    .replace(/^"|"$/g, '')
    .replace(/\\([0-9a-f]{2})/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)));
}
