import { join } from 'node:path';
import { weigh } from '../../../../scripts/lib/build/sizes.mjs';
import { root } from '../../../../scripts/lib/paths.mjs';
import { Problem } from '../../../../scripts/lib/problem.mjs';

/** @typedef {{ raw: number, gzip: number, brotli: number }} Size in bytes */
/** @typedef {Size & { name: string }} FileSize */

const sizeDir = join(root, 'tests', 'bench', 'size');

/**
 * Bundles an entry for production, as a user's bundler would, and weighs each file that a browser fetches for it. React
 * is left out on all sides: the app has it anyway.
 * @param {string} entry a file of `entries/`
 * @param {string[]} [fetched] the files that a browser fetches; all of them where nothing is said
 * @returns {Promise<FileSize[]>}
 */
export async function bundle(entry, fetched) {
  const files = await built(entry);
  const wanted = fetched ? fetched.map((name) => named(name, files, entry)) : files;
  return wanted.map(({ name, content }) => ({ name, ...weigh(content) }));
}

/** @typedef {{ name: string, content: Buffer }} File */

/**
 * A worker's copy of a file comes after the page's.
 * @param {string} name @param {File[]} files @param {string} entry
 */
function named(name, files, entry) {
  const file = files.findLast((file) => file.name === name);
  if (file) return file;
  throw new Problem(
    `The bundle of tests/bench/size/entries/${entry} has no ${name}: name the files that a browser fetches in tests/bench/size/lib/bundles.mjs.`,
    { detail: files.map(({ name }) => name).join('\n'), exitCode: 2 },
  );
}

/** @param {string} entry @returns {Promise<File[]>} */
async function built(entry) {
  const { build } = await import('vite');
  try {
    const result = await build({
      root: sizeDir,
      base: './',
      configFile: false,
      logLevel: 'silent',
      worker: { format: 'es' },
      // One copy of each, as an app with matching versions has.
      resolve: { dedupe: ['@tanstack/query-core', '@tanstack/db'] },
      build: {
        write: false,
        target: 'esnext',
        modulePreload: false,
        assetsInlineLimit: 0,
        rollupOptions: { input: join(sizeDir, 'entries', entry), external: [/^react(-dom)?(\/|$)/] },
      },
    });
    if (!('output' in result)) throw new Error('Vite built something else than one bundle.');
    return result.output
      .filter(({ fileName }) => /\.(js|wasm)$/.test(fileName))
      .map((file) => ({
        // Without the hash of its content, which is another after every change.
        name: file.fileName.replace(/^assets\//, '').replace(/-[\w-]{8}(?=\.\w+$)/, ''),
        content: Buffer.from(file.type === 'chunk' ? file.code : file.source),
      }));
  } catch (error) {
    throw new Problem(
      `The bundle of tests/bench/size/entries/${entry} did not build: run \`npm run build\`, or correct what is said above, and run the command again.`,
      { detail: error instanceof Error ? error.message : String(error), exitCode: 2 },
    );
  }
}

/** @param {Size[]} files @returns {Size} */
export function total(files) {
  const sum = (/** @type {keyof Size} */ kind) => files.reduce((all, file) => all + file[kind], 0);
  return { raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };
}
