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
 * @returns {Promise<FileSize[]>}
 */
export async function bundle(entry) {
  const { build } = await import('vite');
  try {
    const built = await build({
      root: sizeDir,
      base: './',
      configFile: false,
      logLevel: 'silent',
      // One copy of it, as an app with matching versions has.
      resolve: { dedupe: ['@tanstack/query-core'] },
      build: {
        write: false,
        target: 'esnext',
        modulePreload: false,
        assetsInlineLimit: 0,
        rollupOptions: { input: join(sizeDir, 'entries', entry), external: [/^react(-dom)?(\/|$)/] },
      },
    });
    if (!('output' in built)) throw new Error('Vite built something else than one bundle.');
    return built.output
      .filter(({ fileName }) => /\.(js|wasm)$/.test(fileName))
      .map((file) => weighed(file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)));
  } catch (error) {
    throw new Problem(
      `The bundle of tests/bench/size/entries/${entry} did not build: run \`npm run build\`, or correct what is said above, and run the command again.`,
      { detail: error instanceof Error ? error.message : String(error), exitCode: 2 },
    );
  }
}

/** @param {string} fileName @param {Buffer} content @returns {FileSize} */
function weighed(fileName, content) {
  return {
    // Without the hash of its content, which is another after every change.
    name: fileName.replace(/^assets\//, '').replace(/-[\w-]{8}(?=\.\w+$)/, ''),
    ...weigh(content),
  };
}

/** @param {Size[]} files @returns {Size} */
export function total(files) {
  const sum = (/** @type {keyof Size} */ kind) => files.reduce((all, file) => all + file[kind], 0);
  return { raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };
}
