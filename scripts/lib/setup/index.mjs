import { join } from 'node:path';
import { pathWith, root } from '../paths.mjs';
import { cargoTools, requireCargoTool } from './cargo-tools.mjs';
import { linkCommands } from './command-links.mjs';
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
  const failure = new AbortController();
  const [, folders] = await together(failure, [
    requireNpmPackages(failure.signal),
    requireCargoTools(failure.signal, cargoTools.wasmBindgen, cargoTools.wasmPack),
  ]);
  addToPath(folders);
}

/**
 * What `npm test` needs besides: browsers, their drivers, PostgreSQL and Redis. Packages of the system install while cargo compiles.
 * @returns {Promise<import('./test-programs.mjs').TestPrograms & { geckodriver: string }>}
 */
export async function setUpForTests() {
  const { programs, geckodriverFolder, folders } = await installForTests();
  addToPath(folders);
  return { ...programs, geckodriver: join(geckodriverFolder, 'geckodriver') };
}

/** The same, and the commands that a developer types, `wasm-pack test` first of all, are found by a terminal. */
export async function setUpForDevelopment() {
  const { geckodriverFolder, folders } = await installForTests();
  linkCommands([...folders, geckodriverFolder]);
}

async function installForTests() {
  requireNode();
  await requireRust();
  const failure = new AbortController();
  const { wasmBindgen, wasmPack, geckodriver } = cargoTools;
  const [programs, , [geckodriverFolder = '', ...folders]] = await together(failure, [
    requireTestPrograms(),
    requireNpmPackages(failure.signal),
    requireCargoTools(failure.signal, geckodriver, wasmBindgen, wasmPack),
  ]);
  return { programs, geckodriverFolder, folders };
}

/**
 * What `npm run bench` needs: what a build does, and the one browser that is measured in, and Redis.
 * @template {'chromium' | 'firefox'} Name
 * @param {Name} browser
 * @returns {Promise<Pick<import('./test-programs.mjs').TestPrograms, Name | 'redis'>>}
 */
export async function setUpForBenchmarks(browser) {
  await setUpForBuild();
  return requireTestPrograms([browser, 'redis']);
}

/**
 * One after the other: each keeps all cores busy by itself.
 * @param {AbortSignal} signal
 * @param {import('./cargo-tools.mjs').CargoTool[]} tools
 */
async function requireCargoTools(signal, ...tools) {
  /** @type {string[]} */
  const folders = [];
  for (const tool of tools) {
    signal.throwIfAborted();
    folders.push(await requireCargoTool(tool, signal));
  }
  return folders;
}

/** @param {string[]} folders */
function addToPath(folders) {
  process.env.PATH = pathWith(join(root, 'node_modules', '.bin'), ...folders);
}

/**
 * Waits for all. The first that fails ends the others (but for apt-get, which must not be interrupted) and is the
 * one reported; no installer is left running behind a finished command.
 * @template {readonly Promise<unknown>[]} T
 * @param {AbortController} failure
 * @param {readonly [...T]} work
 * @returns {Promise<{ -readonly [index in keyof T]: Awaited<T[index]> }>}
 */
async function together(failure, work) {
  const all = Promise.all(work);
  all.catch(() => failure.abort());
  await Promise.allSettled(work);
  return all;
}
