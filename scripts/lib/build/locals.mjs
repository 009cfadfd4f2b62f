import { writeInteger } from './binary.mjs';
import { functionsOf } from './functions.mjs';
import { listOf, section, sized, withContents } from './sections.mjs';

/** @typedef {import('./functions.mjs').Code} Code */

/**
 * Local variables of a type that a function may have beyond those that it uses, so that they have the same numbers in more
 * functions. An engine gives those that are not used no room, or a few bytes of the stack.
 */
const spare = 8;

/**
 * How many variables are declared is a multiple of this, and where there are several types each begins at a multiple of
 * twice as many: so there are few declarations, and the second type's variables have the same numbers in most functions.
 */
const step = 8;

/** How often the numbers are given. Later rounds know those of all other functions; after these little changes. */
const rounds = 4;

/**
 * How many instructions before a use and after it are looked at, and what it counts that another use was among the same.
 * Measured; small changes of these are within what chance makes of the size.
 */
const surroundings = [
  { before: 1, after: 0, weight: 0.3 },
  { before: 0, after: 1, weight: 0.3 },
  { before: 1, after: 1, weight: 1 },
  { before: 2, after: 1, weight: 2 },
  { before: 1, after: 2, weight: 2 },
  { before: 2, after: 2, weight: 3 },
  { before: 3, after: 3, weight: 6 },
];

/**
 * The module with other numbers for local variables: those that variables have elsewhere among the same instructions.
 * Reading and writing them is half of all instructions, and a third of what gzip makes of a module is their numbers. The
 * code does the same.
 * @param {Uint8Array} wasm
 */
export function withLikelyLocals(wasm) {
  const { functions } = functionsOf(wasm);
  const habits = new Habits();
  const named = functions.map((code) => ({ code, uses: usesOf(code), numbering: numberingOf(code) }));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of named) {
      if (round > 0) habits.count(one, -1);
      one.numbering = numberingOf(one.code, habits.wishesOf(one.uses));
      habits.count(one, 1);
    }
  }
  const bodies = named.map(({ code, numbering }) => sized(bodyOf(code, numbering)));
  return withContents(wasm, new Map([[section.code, listOf(bodies)]]));
}

/**
 * A use of a local variable, and its surroundings as one number each.
 * @typedef {{ local: number, surroundings: number[] }} Use
 *
 * The numbers of a function's variables, and how many of which type are declared.
 * @typedef {{ numbers: Map<number, number>, declared: { count: number, type: number }[] }} Numbering
 *
 * What speaks for a number.
 * @typedef {{ local: number, number: number, weight: number }} Wish
 */

/** Which number the variables have that are used in the same surroundings. */
class Habits {
  /** @type {Map<number, Map<number, number>>} */
  #counts = new Map();

  /** @param {{ uses: Use[], numbering: Numbering }} named @param {1 | -1} by */
  count({ uses, numbering }, by) {
    for (const { local, surroundings } of uses) {
      const number = numbering.numbers.get(local) ?? local;
      for (const key of surroundings) {
        const counts = this.#counts.get(key) ?? new Map();
        counts.set(number, (counts.get(number) ?? 0) + by);
        this.#counts.set(key, counts);
      }
    }
  }

  /** The weightiest first. @param {Use[]} uses @returns {Wish[]} */
  wishesOf(uses) {
    /** @type {Map<string, Wish>} */
    const wishes = new Map();
    for (const { local, surroundings: keys } of uses) {
      for (const [index, key] of keys.entries()) {
        const counts = this.#counts.get(key) ?? new Map();
        const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
        for (const [number, count] of counts) {
          if (count === 0) continue;
          const wish = wishes.get(`${local} ${number}`) ?? { local, number, weight: 0 };
          wish.weight += ((surroundings[index]?.weight ?? 0) * count) / all;
          wishes.set(`${local} ${number}`, wish);
        }
      }
    }
    return [...wishes.values()].sort((one, other) => other.weight - one.weight);
  }
}

/** @param {Code} code @returns {Use[]} */
function usesOf({ body, instructions }) {
  const kinds = instructions.map(({ at, end, local }) =>
    local === undefined ? hashOf(body.subarray(at, end)) : (body[at] ?? 0),
  );
  return instructions.flatMap(({ local }, at) => {
    if (local === undefined) return [];
    const keys = surroundings.map(({ before, after }) =>
      kindsAround(kinds, at, before, after).reduce(mix, before * 31 + after),
    );
    return [{ local, surroundings: keys }];
  });
}

/** @param {number[]} kinds @param {number} at @param {number} before @param {number} after */
function kindsAround(kinds, at, before, after) {
  return Array.from({ length: before + 1 + after }, (_, index) => kinds[at - before + index] ?? 7);
}

/** @param {Uint8Array} bytes */
function hashOf(bytes) {
  return bytes.reduce(mix, 256);
}

/** @param {number} hash @param {number} value */
function mix(hash, value) {
  return Math.imul(hash ^ value, 0x9e3779b1) ^ (hash >>> 15);
}

/**
 * Each type has a range of numbers, in which each variable gets the one that is wished most and still free. Variables that
 * are never used get none.
 * @param {Code} code
 * @param {Wish[]} [wishes]
 * @returns {Numbering}
 */
function numberingOf({ parameters, locals, instructions }, wishes = []) {
  const used = new Set(instructions.map(({ local }) => local));
  const types = [...new Set(locals)].sort((one, other) => other - one);
  /** @type {Numbering} */
  const numbering = { numbers: new Map(), declared: [] };
  let first = parameters;
  for (const type of types) {
    const own = locals.map((_, index) => index + parameters);
    const variables = own.filter((local) => locals[local - parameters] === type && used.has(local));
    const end = first + variables.length + spare;
    const taken = given(variables, wishes, { first, end });
    for (const [number, local] of taken) numbering.numbers.set(local, number);
    const least = Math.max(first - 1, ...taken.keys()) + 1 - first;
    if (least === 0) continue;
    const count = types.length > 1 ? roundedUp(first + least, 2 * step) - first : roundedUp(least, step);
    numbering.declared.push({ count, type });
    first += count;
  }
  return numbering;
}

/** @param {number} number @param {number} step */
function roundedUp(number, step) {
  return Math.ceil(number / step) * step;
}

/** Who has which number. @param {number[]} variables @param {Wish[]} wishes @param {{ first: number, end: number }} range */
function given(variables, wishes, { first, end }) {
  const waiting = new Set(variables);
  /** @type {Map<number, number>} */
  const taken = new Map();
  const give = (/** @type {number} */ local, /** @type {number} */ number) => {
    waiting.delete(local);
    taken.set(number, local);
  };
  for (const { local, number } of wishes) {
    const isFree = number >= first && number < end && !taken.has(number);
    if (isFree && waiting.has(local)) give(local, number);
  }
  for (let number = first; waiting.size > 0; number += 1) {
    const [local] = waiting;
    if (local !== undefined && !taken.has(number)) give(local, number);
  }
  return taken;
}

/** @param {Code} code @param {Numbering} numbering */
function bodyOf({ body, instructions }, { numbers, declared }) {
  const declarations = declared.map(({ count, type }) =>
    Buffer.concat([writeInteger(count), Buffer.from([type])]),
  );
  const written = instructions.map(({ at, end, local }) =>
    local === undefined
      ? body.subarray(at, end)
      : Buffer.concat([body.subarray(at, at + 1), writeInteger(numbers.get(local) ?? local)]),
  );
  return Buffer.concat([listOf(declarations), ...written]);
}
