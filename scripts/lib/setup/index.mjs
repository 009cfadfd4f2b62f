import { join } from 'node:path';
import { pathWith, root } from '../paths.mjs';
import { cargoTools, requireCargoTool } from './cargo-tools.mjs';
import { requireNode } from './node.mjs';
import { requireNpmPackages } from './npm-packages.mjs';
import { requireRust } from './rust.mjs';
import { requireTestPrograms } from './test-programs.mjs';

/**
 * What `npm run demo` and `npm run build` need. Afterwards this process's PATH has wasm-pack, wasm-bindgen and
 * npm's wasm-opt in front, so that wasm-pack downloads nothing itself.
 */
export async function setUpForBuild() {
  requireNode();
  await requireRust();
  const folders = await together([
    requireNpmPackages().then(() => []),
    (async () => [
      await requireCargoTool(cargoTools.wasmBindgen),
      await requireCargoTool(cargoTools.wasmPack),
    ])(),
  ]);
  process.env.PATH = pathWith(join(root, 'node_modules', '.bin'), ...folders.flat());
}

/**
 * What `npm test` needs besides: browsers, their drivers and PostgreSQL. Packages of the system install while cargo compiles.
 * @returns {Promise<import('./test-programs.mjs').TestPrograms & { geckodriver: string }>}
 */
export async function setUpForTests() {
  requireNode();
  const [programs, geckodriver] = await together([
    requireTestPrograms(),
    (async () => {
      await setUpForBuild();
      return join(await requireCargoTool(cargoTools.geckodriver), 'geckodriver');
    })(),
  ]);
  return { ...programs, geckodriver };
}

/**
 * Waits for all before it reports the first failure: no installer is left running behind a finished command.
 * @template {readonly Promise<unknown>[]} T
 * @param {readonly [...T]} work
 * @returns {Promise<{ -readonly [index in keyof T]: Awaited<T[index]> }>}
 */
async function together(work) {
  await Promise.allSettled(work);
  return Promise.all(work);
}
