import { bytes, figure } from './budgets.mjs';
import { bundle, total } from './bundle.mjs';
import { abilities, bundles } from './bundles.mjs';

/** @typedef {import('./bundle.mjs').Size} Size */
/** @typedef {Record<string, string>[]} Rows of a table, for the terminal and for docs/performance.md */

/**
 * What a user downloads of the package, by file, and of the part of the official client that does the same.
 * @returns {Promise<{ rows: Rows, ours: Size }>}
 */
export async function packageRows() {
  const rows = [];
  let ours = { raw: 0, gzip: 0, brotli: 0 };
  for (const { role, name, entry } of bundles.filter(({ can }) => !can)) {
    const files = await bundle(entry);
    const all = total(files);
    if (role === 'ours') {
      ours = all;
      rows.push(...files.map((file) => row(`${name}: ${file.name}`, file)));
    }
    rows.push(row(role === 'ours' ? `${name}, in all` : name, all));
  }
  return { rows, ours };
}

/** @param {string} name @param {Size} size */
function row(name, { raw, gzip, brotli }) {
  return { bundle: name, raw: figure(raw), gzip: figure(gzip), brotli: figure(brotli) };
}

/**
 * What applications ship, and what they can do with it.
 * @returns {Promise<Rows>}
 */
export async function applicationRows() {
  const rows = [];
  for (const { name, entry, fetched, can } of bundles) {
    if (!can) continue;
    const files = await bundle(entry, fetched);
    const { gzip, brotli } = total(files);
    const wasm = total(files.filter(({ name }) => name.endsWith('.wasm'))).gzip;
    const marks = Object.entries(abilities).map(([ability, title]) => [
      title,
      mark(can[/** @type {keyof typeof can} */ (ability)]),
    ]);
    rows.push({
      gzip: figure(gzip),
      'of it wasm': wasm > 0 ? figure(wasm) : '–',
      brotli: figure(brotli),
      ...Object.fromEntries(marks),
      application: name,
    });
  }
  return rows;
}

/** @param {boolean | string} far */
function mark(far) {
  return typeof far === 'string' ? far : far ? 'yes' : '–';
}

/** @param {number} now @param {number} committed */
function change(now, committed) {
  const percent = (now / committed - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

/** How the download has changed, in a sentence. @param {Size} now @param {Size} committed */
export function comparison(now, { gzip, brotli }) {
  return `Committed: ${bytes(gzip)} gzip (now ${change(now.gzip, gzip)}), ${bytes(brotli)} brotli (now ${change(now.brotli, brotli)}).`;
}
