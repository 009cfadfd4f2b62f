import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir, installedPackageDir, packageDir, root } from '../paths.mjs';
import { Problem } from '../problem.mjs';
import { mustRun } from '../process.mjs';

export const distDir = join(root, 'dist');

/** The packed package, or a problem that says how to make it. */
export function tarballPath() {
  const name = existsSync(distDir) ? readdirSync(distDir).find((file) => file.endsWith('.tgz')) : undefined;
  if (!name) throw new Problem('There is no packed package in dist/: run `npm run build`.');
  return join(distDir, name);
}

/** Packs pkg/ into dist/, as `npm publish` would send it. */
export async function pack() {
  for (const document of ['README.md', 'LICENSE']) {
    if (existsSync(join(root, document))) cpSync(join(root, document), join(packageDir, document));
  }
  rmSync(distDir, { recursive: true, force: true });
  mkdirSync(distDir);
  await mustRun('npm', ['pack', '--ignore-scripts', '--pack-destination', distDir], {
    cwd: packageDir,
    sentence: 'npm could not pack pkg/: correct what it says above and run `npm run build` again.',
  });
}

/**
 * Unpacks the tarball into node_modules, where npm would: the dashboard and the tests then import what a user
 * gets, not the source tree. The old copy is swapped out only once the new one is whole.
 */
export async function installTarball() {
  mkdirSync(cacheDir, { recursive: true });
  const unpacked = mkdtempSync(join(cacheDir, 'unpack-'));
  await mustRun('tar', ['-xzf', tarballPath(), '-C', unpacked], {
    sentence: 'tar could not unpack the package in dist/: remove dist/ and run `npm run build` again.',
  });
  mkdirSync(dirname(installedPackageDir), { recursive: true });
  rmSync(installedPackageDir, { recursive: true, force: true });
  renameSync(join(unpacked, 'package'), installedPackageDir);
  rmSync(unpacked, { recursive: true, force: true });
}
