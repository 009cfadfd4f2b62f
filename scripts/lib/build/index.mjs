import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fingerprint, unlessDone } from '../fingerprint.mjs';
import { exclusively } from '../lock.mjs';
import { appDir, backendDir, installedPackageDir, packageDir, root } from '../paths.mjs';
import { mustRun } from '../process.mjs';
import { say, step } from '../say.mjs';
import { cargoTools } from '../setup/cargo-tools.mjs';
import { writeManifest } from './manifest.mjs';
import { writeNotices } from './notices.mjs';
import { wasmSizes } from './sizes.mjs';
import { installTarball, pack } from './tarball.mjs';
import { buildTypeScript, buildWasm, crateInputs } from './wasm.mjs';

const packageInputs = [...crateInputs, 'js', 'README.md', 'LICENSE', 'scripts/lib/build'];

/** The package `@wedsync/dashboard`: compiled, packed, and unpacked where `import` finds it. */
export async function buildPackage() {
  await exclusively('build', async () => {
    const inputs = fingerprint(packageInputs, { also: [cargoTools.wasmBindgen.version] });
    // npm removes what its lock file does not name, so the unpacked copy carries the mark, not only the cache.
    const mark = join(installedPackageDir, '.build');
    const packed = join(packageDir, 'package.json');
    const isCurrent = existsSync(mark) && readFileSync(mark, 'utf8') === inputs && existsSync(packed);
    if (!isCurrent) {
      rmSync(mark, { force: true });
      await step('Building the package @wedsync/dashboard', async () => {
        await buildWasm();
        await buildTypeScript();
        await writeNotices();
        writeManifest();
        await pack();
        await installTarball();
      });
      writeFileSync(mark, inputs);
    }
  });
  for (const line of wasmSizes()) say(line);
}

/**
 * The database that the backend starts from: without it, each start takes seconds longer. Its name is made of what
 * went into it, so any will do; where there is none, the answered path does not exist.
 * @param {string} dist
 */
function snapshotIn(dist) {
  const files = existsSync(dist) ? readdirSync(dist) : [];
  return join(dist, files.find((file) => /^snapshot-.*\.tar\.gz$/.test(file)) ?? 'snapshot');
}

/** The embedded backend's JavaScript and its empty database. */
export async function buildBackend() {
  await exclusively('build', async () => {
    const facts = {
      inputs: fingerprint(['www/local-supabase', 'package-lock.json'], {
        except: ['www/local-supabase/test'],
      }),
      results: [join(backendDir, 'dist', 'index.js'), snapshotIn(join(backendDir, 'dist'))],
    };
    await unlessDone('backend', facts, () =>
      step('Building the embedded backend', async () => {
        await mustRun('npm', ['run', '--silent', 'build', '-w', 'www/local-supabase'], {
          cwd: root,
          output: 'show',
          sentence:
            'The embedded backend did not build: correct what is said above and run the command again.',
        });
      }),
    );
  });
}

/** The dashboard's production build. It holds no address or key: those are read when it starts. */
export async function buildApp() {
  await exclusively('build', async () => {
    const facts = {
      inputs: fingerprint(['www', 'package-lock.json'], {
        except: ['www/local-supabase', 'www/supabase', 'www/test'],
        also: [readFileSync(join(installedPackageDir, '.build'), 'utf8')],
      }),
      results: [join(appDir, '.next', 'BUILD_ID')],
    };
    await unlessDone('app', facts, () =>
      step('Building the dashboard for production', async () => {
        await mustRun(process.execPath, [nextCommand(), 'build'], {
          cwd: appDir,
          output: 'show',
          env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
          sentence: 'The dashboard did not build: correct what Next.js says above and run the command again.',
        });
      }),
    );
  });
}

/** Next.js's own command, run with this Node.js: no shell and no npm process in between. */
export function nextCommand() {
  return createRequire(join(appDir, 'package.json')).resolve('next/dist/bin/next');
}

export async function buildEverything() {
  await buildPackage();
  await buildBackend();
  await buildApp();
}
