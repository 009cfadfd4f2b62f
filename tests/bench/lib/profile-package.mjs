import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildNamedWasm } from '../../../scripts/lib/build/wasm.mjs';
import { cacheDir, installedPackageDir } from '../../../scripts/lib/paths.mjs';

/**
 * The package as users have it, but that its functions and imports have their names. Everything else of it is the same, so what a
 * profile shows is what users run.
 * @returns {Promise<string>} its folder
 */
export async function namedPackage() {
  const folder = join(cacheDir, 'bench', 'package-named');
  const wasm = await buildNamedWasm();
  rmSync(folder, { recursive: true, force: true });
  cpSync(installedPackageDir, folder, { recursive: true });
  for (const file of [wasm, wasm.replace('_bg.wasm', '.js')]) cpSync(file, join(folder, basename(file)));
  return folder;
}
