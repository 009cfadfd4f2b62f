import assert from 'node:assert/strict';
import { prepare } from './oddities.mjs';

/** Codes of an argument that cannot be, or names what there is not. */
const refusals = [
  'invalid_option',
  'unknown_option',
  'invalid_url',
  'missing_key',
  'unknown_service',
  'unknown_check',
];

/** What the error of each call names, and the odd values that it takes. @typedef {Record<string, { names: RegExp, takes?: string[] }>} Expected */

/**
 * Each call in the page with each odd value: what is not among those it takes must be refused by name.
 * @param {{ inPage: (program: any, more: any) => Promise<{ result: Record<string, Record<string, string>>, errors: string[] }> }} pages
 * @param {() => Promise<Record<string, Record<string, string>>>} program
 * @param {Expected} expected by call
 */
export async function holdsIn(pages, program, expected) {
  const { result, errors } = await pages.inPage(program, { prepare });
  const problems = [];
  assert.deepEqual(Object.keys(result).sort(), Object.keys(expected).sort());
  for (const [call, outcomes] of Object.entries(result)) {
    const { names, takes = [] } = expected[call] ?? { names: /^$/ };
    for (const [value, outcome] of Object.entries(outcomes)) {
      const [, code = '', message = ''] = /^([a-z_]+): (.*)$/s.exec(outcome) ?? [];
      const isRefused = refusals.includes(code) && names.test(message);
      if (takes.includes(value) ? outcome !== 'taken' : !isRefused)
        problems.push(`${call} with ${value}: ${outcome}`);
    }
  }
  assert.deepEqual(problems, []);
  assert.deepEqual(errors, [], 'nothing was thrown into the page');
}
