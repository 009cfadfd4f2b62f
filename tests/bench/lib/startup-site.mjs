import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, unlessDone } from '../../../scripts/lib/fingerprint.mjs';
import { exclusively } from '../../../scripts/lib/lock.mjs';
import { cacheDir, installedPackageDir, root } from '../../../scripts/lib/paths.mjs';
import { Problem } from '../../../scripts/lib/problem.mjs';
import { step } from '../../../scripts/lib/say.mjs';

/** The bundles that start-up is measured with, each a folder: a module of `page/startup` by the same name. */
export const startupBundles = /** @type {const} */ (['ours', 'peers', 'raw']);

/** @typedef {typeof startupBundles[number]} StartupBundle */

const outDir = join(cacheDir, 'bench', 'startup');

/**
 * A page that does nothing, or what its address asks for: `?module=…&key=…` has that module’s `firstData` called, at
 * once, as an app that is loaded does.
 */
const page = `<!doctype html>
<meta charset="utf-8">
<title>Start-up</title>
<link rel="icon" href="data:,">
<script type="module">
  const asked = new URLSearchParams(location.search);
  if (asked.has('module')) {
    // The page is empty until then: what is painted first is the value.
    const painted = new Promise((resolve) => {
      const observer = new PerformanceObserver((list) => {
        for (const { startTime } of list.getEntriesByName('first-contentful-paint')) resolve(startTime);
      });
      observer.observe({ type: 'paint', buffered: true });
    });
    const first = async () => {
      const { firstData } = await import(asked.get('module'));
      const value = await firstData(asked.get('key'));
      document.body.textContent = value;
      const read = performance.now();
      return { value, read, ms: await painted };
    };
    window.first = first();
  }
</script>
`;

/** Builds the bundles one by one, so that each is what a user of it would download and shares no file with another. */
export async function buildStartupSite() {
  const facts = {
    inputs: fingerprint(
      [
        ...['startup', 'indexeddb.ts', 'values.ts'].map((name) => `tests/bench/page/${name}`),
        'tests/bench/lib/startup-site.mjs',
        'package-lock.json',
      ],
      { also: [readFileSync(join(installedPackageDir, '.build'), 'utf8')] },
    ),
    results: [join(outDir, 'index.html')],
  };
  await exclusively('bench-startup', () =>
    unlessDone('bench-startup', facts, () =>
      step('Building the bundles whose start-up is measured', async () => {
        for (const name of startupBundles) await build(name);
        writeFileSync(join(outDir, 'index.html'), page);
      }),
    ),
  );
  return outDir;
}

/** @param {StartupBundle} name */
async function build(name) {
  const { build: viteBuild } = await import('vite');
  try {
    await viteBuild({
      root: join(root, 'tests', 'bench', 'page'),
      base: './',
      configFile: false,
      logLevel: 'warn',
      // One copy of it, as an app with matching versions has.
      resolve: { dedupe: ['@tanstack/query-core'] },
      build: {
        outDir: join(outDir, name),
        emptyOutDir: true,
        target: 'esnext',
        modulePreload: false,
        assetsInlineLimit: 0,
        rollupOptions: {
          input: join(root, 'tests', 'bench', 'page', 'startup', `${name}.ts`),
          // Its functions are called from outside.
          preserveEntrySignatures: 'strict',
          output: { entryFileNames: 'index.js' },
        },
      },
    });
  } catch (error) {
    throw new Problem(`The bundle page/startup/${name}.ts did not build: correct what is said above.`, {
      detail: error instanceof Error ? error.message : String(error),
      exitCode: 2,
    });
  }
}

/**
 * The files of a bundle, its entry first.
 * @param {StartupBundle} name
 * @returns {string[]} addresses within the site
 */
export function filesOf(name) {
  const folder = join(outDir, name);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort((one, other) => Number(other === 'index.js') - Number(one === 'index.js'))
    .map((file) => `/${name}/${file}`);
}
