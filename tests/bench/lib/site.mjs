import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, unlessDone } from '../../../scripts/lib/fingerprint.mjs';
import { exclusively } from '../../../scripts/lib/lock.mjs';
import { cacheDir, installedPackageDir, root } from '../../../scripts/lib/paths.mjs';
import { Problem } from '../../../scripts/lib/problem.mjs';
import { step } from '../../../scripts/lib/say.mjs';

const pageDir = join(root, 'tests', 'bench', 'page');

/**
 * Builds the pages that the cases run in, for production, as a user's bundler would: each peer in a file of its own.
 * @param {{ packageDir?: string, outDir?: string, readable?: boolean }} [options] `packageDir`: another build of the
 *   package than the one that is installed; `readable`: functions keep their names
 * @returns {Promise<string>} the folder to serve
 */
export async function buildSite({
  packageDir = installedPackageDir,
  outDir = join(cacheDir, 'bench', 'site'),
  readable = false,
} = {}) {
  const manifest = join(packageDir, 'package.json');
  if (!existsSync(manifest)) {
    throw new Problem('There is no built package to measure: run `npm run build`, then the command again.', {
      exitCode: 2,
    });
  }
  const facts = {
    inputs: fingerprint(['tests/bench/page', 'tests/bench/lib/site.mjs', 'package-lock.json'], {
      also: [packageDir, contentOf(packageDir), String(readable)],
    }),
    results: [join(outDir, 'index.html')],
  };
  await exclusively('bench-site', () =>
    unlessDone(`bench-site-${outDir.slice(outDir.lastIndexOf('/') + 1)}`, facts, () =>
      step('Building the pages of the benchmark', () => build(packageDir, outDir, readable)),
    ),
  );
  return outDir;
}

/** @param {string} packageDir @param {string} outDir @param {boolean} readable */
async function build(packageDir, outDir, readable) {
  const { build: viteBuild } = await import('vite');
  try {
    await viteBuild({
      root: pageDir,
      base: './',
      configFile: false,
      logLevel: 'warn',
      resolve: {
        alias: {
          '@wedsync/dashboard/internal': join(packageDir, 'internal.js'),
          '@wedsync/dashboard': join(packageDir, 'index.js'),
        },
        // One copy of each library, as an app with matching versions has.
        dedupe: ['@tanstack/query-core', '@tanstack/db'],
      },
      build: {
        outDir,
        emptyOutDir: true,
        target: 'esnext',
        minify: !readable,
        modulePreload: false,
        // A file may be imported from a worker's folder and from a page's: nothing inlined, all fetched.
        assetsInlineLimit: 0,
        rollupOptions: { input: pagesOf(pageDir) },
      },
    });
  } catch (error) {
    throw new Problem('The pages of the benchmark did not build: correct what is said above.', {
      detail: error instanceof Error ? error.message : String(error),
      exitCode: 2,
    });
  }
}

/** Every page of the folder. @param {string} folder */
function pagesOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => join(folder, file));
}

/** @param {string} packageDir */
function contentOf(packageDir) {
  return readdirSync(packageDir, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|wasm)$/.test(file))
    .sort()
    .map((file) => readFileSync(join(packageDir, file)).toString('base64'))
    .join('\n');
}
