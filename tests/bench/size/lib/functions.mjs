import { join } from 'node:path';
import { mustRun } from '../../../../scripts/lib/process.mjs';
import { cargoTools, requireCargoTool } from '../../../../scripts/lib/setup/cargo-tools.mjs';
import { readableName } from '../../lib/profile-report.mjs';

/** @typedef {{ name: string, shallow_size: number }} Item as twiggy's JSON has it */

/**
 * What takes most room in a module with names, by twiggy, which is installed if it is not there.
 * @param {string} wasmFile
 * @param {number} count
 */
export async function largestFunctions(wasmFile, count) {
  const folder = await requireCargoTool(cargoTools.twiggy, new AbortController().signal);
  const { stdout } = await mustRun(join(folder, 'twiggy'), ['top', '--format', 'json', wasmFile], {
    sentence:
      'twiggy could not read the module: `npm run size -- --functions 0` leaves the functions out of the report.',
  });
  return largest(JSON.parse(stdout), count);
}

/**
 * The largest items of what users download: the names themselves are not part of that.
 * @param {Item[]} items
 * @param {number} count
 * @returns {{ bytes: string, share: string, function: string }[]}
 */
export function largest(items, count) {
  const downloaded = items.filter(({ name }) => !isNames(name));
  const whole = downloaded.reduce((sum, { shallow_size: size }) => sum + size, 0);
  return downloaded
    .sort((one, other) => other.shallow_size - one.shallow_size)
    .slice(0, count)
    .map(({ name, shallow_size: size }) => ({
      bytes: size.toLocaleString('en-GB'),
      share: `${((size / whole) * 100).toFixed(1)} %`,
      function: readableName(name),
    }));
}

/** @param {string} item */
function isNames(item) {
  return /^("function names" subsection|custom section 'name')/.test(item);
}
