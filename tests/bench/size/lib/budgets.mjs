import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../../scripts/lib/paths.mjs';
import { Problem } from '../../../../scripts/lib/problem.mjs';

/** @typedef {import('./bundle.mjs').Size} Size */

/**
 * What a capability may weigh and what it weighs, in bytes of gzip; `null` while it is not built. The figures add up to
 * the download: each is what the download grew by, or shrank, in the changes that were made for the capability.
 * @typedef {{ name: string, budget: number, gzip: number | null }} Line
 */

/** @typedef {{ whole: Size & { most: number, aim: number }, capabilities: Line[] }} Budgets as size.json holds them */

export const budgetsFile = join(root, 'tests', 'bench', 'size.json');

/**
 * The growth in per cent that fails no test. Another version of the compiler or the bundler makes as much as the smaller
 * one, which holds while a capability is over its budget.
 */
const allowance = { within: 3, over: 0.5 };
const update = '`npm run size -- --update`';

/** @param {string} [file] @returns {Budgets} */
export function readBudgets(file = budgetsFile) {
  const budgets = parsed(existsSync(file) ? readFileSync(file, 'utf8') : '');
  const complaint = shapeComplaint(budgets);
  if (complaint) {
    throw new Problem(`${file} ${complaint}: take back what was changed in it by hand, or correct it.`, {
      exitCode: 2,
    });
  }
  return budgets;
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {any} budgets as JSON gave them @returns {string | null} */
function shapeComplaint(budgets) {
  const isSize = (/** @type {unknown} */ figure) => Number.isInteger(figure) && Number(figure) > 0;
  const { whole, capabilities } = budgets ?? {};
  const sizes = ['gzip', 'brotli', 'raw', 'most', 'aim'].map((name) => whole?.[name]);
  if (!sizes.every(isSize)) return 'does not hold `whole` with gzip, brotli, raw, most and aim in bytes';
  const isLine = (/** @type {any} */ line) =>
    typeof line?.name === 'string' && isSize(line.budget) && (line.gzip === null || isSize(line.gzip));
  if (!Array.isArray(capabilities) || !capabilities.every(isLine)) {
    return 'does not hold `capabilities` with a name, a budget and gzip (null if not built) each';
  }
  return weighed(capabilities) === whole.gzip
    ? null
    : `has capabilities of ${bytes(weighed(capabilities))} gzip together, and a whole of ${bytes(whole.gzip)}`;
}

/** @param {Line[]} capabilities */
function weighed(capabilities) {
  return capabilities.reduce((sum, { gzip }) => sum + (gzip ?? 0), 0);
}

/** By how many bytes a capability is over its budget, or 0. @param {Line} line */
function excess({ budget, gzip }) {
  return Math.max(0, (gzip ?? 0) - budget);
}

/**
 * The budgets with the download as it is now; what it grew by, or shrank, goes to one capability. A capability that is
 * over its budget cannot grow: its committed figure only ever falls.
 * @param {Budgets} budgets
 * @param {Size} now
 * @param {string} capability
 * @returns {Budgets}
 */
export function booked({ whole, capabilities }, now, capability) {
  const chosen = capabilities.find(({ name }) => name === capability);
  if (!chosen) {
    const names = capabilities.map(({ name }) => `"${name}"`).join(', ');
    throw new Problem(`There is no capability "${capability}" in tests/bench/size.json: it has ${names}.`, {
      exitCode: 2,
    });
  }
  const growth = now.gzip - whole.gzip;
  if (growth > 0 && excess(chosen) > 0) {
    throw new Problem(
      `Nothing is written: ${capability} is ${bytes(excess(chosen))} over its budget and would grow by ${bytes(growth)}. Make it smaller.`,
    );
  }
  return {
    whole: { ...whole, gzip: now.gzip, brotli: now.brotli, raw: now.raw },
    capabilities: capabilities.map((line) =>
      line.name === capability ? { ...line, gzip: (line.gzip ?? 0) + growth } : line,
    ),
  };
}

/** @param {Budgets} budgets @param {string} [file] */
export function writeBudgets(budgets, file = budgetsFile) {
  const complaint = shapeComplaint(budgets);
  // A capability cannot have taken more away than it weighed: the change was another's.
  if (complaint)
    throw new Problem(`Nothing is written, because the file then ${complaint}.`, { exitCode: 2 });
  writeFileSync(file, `${JSON.stringify(budgets, null, 2)}\n`);
}

/**
 * What is wrong with a size, in a sentence that says what to do; null if nothing is.
 * @param {Size} now
 * @param {Budgets} budgets
 */
export function sizeComplaint(now, { whole, capabilities }) {
  // What is committed is over it already: then the rule is that of a capability that is over its budget.
  const isOver = whole.gzip > whole.most;
  if (now.gzip > whole.most && !isOver) {
    return `A user downloads ${bytes(now.gzip)} gzip, and ${bytes(whole.most)} is the most there may be: make it smaller; \`npm run size\` names the largest functions.`;
  }
  const over = capabilities.filter((line) => excess(line) > 0).map(({ name }) => name);
  if (isOver) over.push('the whole');
  const allowed = over.length > 0 ? allowance.over : allowance.within;
  const advice =
    over.length > 0
      ? `make it smaller, because ${over.join(' and ')} is over its budget already`
      : `make it smaller, or, if it is worth it, run ${update} and commit tests/bench/size.json`;
  for (const kind of /** @type {const} */ (['gzip', 'brotli'])) {
    if (now[kind] * 100 > whole[kind] * (100 + allowed)) {
      const growth = now[kind] / whole[kind] - 1;
      return `The download has grown from ${bytes(whole[kind])} to ${bytes(now[kind])} ${kind} (+${(growth * 100).toFixed(1)} %): ${advice}.`;
    }
  }
  return null;
}

/**
 * A sentence for each capability that is over its budget.
 * @param {Budgets} budgets
 * @returns {string[]}
 */
export function budgetWarnings({ whole, capabilities }) {
  const lines = [...capabilities, { name: 'the whole', budget: whole.most, gzip: whole.gzip }];
  return lines
    .filter((line) => excess(line) > 0)
    .map(
      (line) =>
        `OVER BUDGET: ${line.name} is ${bytes(line.gzip ?? 0)}, ${bytes(excess(line))} more than its ${bytes(line.budget)}.`,
    );
}

/**
 * The budgets as rows of a table.
 * @param {Budgets} budgets
 * @returns {Record<string, string>[]}
 */
export function budgetRows({ whole, capabilities }) {
  const lines = [
    ...capabilities,
    { name: `together (aimed at ${figure(whole.aim)})`, budget: whole.most, gzip: whole.gzip },
  ];
  return lines.map((line) => ({
    capability: line.name,
    budget: figure(line.budget),
    gzip: line.gzip === null ? '–' : figure(line.gzip),
    over: excess(line) > 0 ? figure(excess(line)) : '',
  }));
}

/** @param {number} count */
export function bytes(count) {
  return `${figure(count)} B`;
}

/** @param {number} count */
export function figure(count) {
  return count.toLocaleString('en-GB');
}
