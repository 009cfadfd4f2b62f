import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fingerprint, unlessDone } from '../fingerprint.mjs';
import { exclusively } from '../lock.mjs';
import { cacheDir, packageDir, root } from '../paths.mjs';
import { mustRun, run } from '../process.mjs';
import { cargoTools } from '../setup/cargo-tools.mjs';
import { shortenNames } from './short-names.mjs';
import { shrink } from './shrink.mjs';

/** What the module is compiled from. */
export const crateInputs = ['src', 'Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', '.cargo'];

const wasmFile = 'wedsync_dashboard_bg.wasm';
const bindingFile = 'wedsync_dashboard.js';
const wasmDir = join(cacheDir, 'wasm');
const namedWasmDir = join(cacheDir, 'wasm-named');
/** Where the linker says what it has put where. */
const linkerMap = join(cacheDir, 'linker.map');

/** Compiles the crate, writes its JavaScript binding and shrinks both. */
export async function buildWasm() {
  await compile('wasm', wasmDir, { keepsNames: false });
  rmSync(packageDir, { recursive: true, force: true });
  cpSync(wasmDir, packageDir, { recursive: true });
  const at = (/** @type {string} */ name) => join(packageDir, name);
  shortenNames({
    module: at(wasmFile),
    binding: at(bindingFile),
    types: [at('wedsync_dashboard.d.ts'), at(`${wasmFile}.d.ts`)],
  });
}

/**
 * The same module with the names of its functions left in, its imports' too, for profiles and reports of size: the code
 * is the release's byte for byte. Its binding lies beside it. Nothing of it is ever published.
 * @returns {Promise<string>} the file
 */
export async function buildNamedWasm() {
  await exclusively('build', () => compile('wasm-named', namedWasmDir, { keepsNames: true }));
  return join(namedWasmDir, wasmFile);
}

/** @param {string} name @param {string} folder @param {{ keepsNames: boolean }} options */
async function compile(name, folder, options) {
  const facts = {
    inputs: fingerprint([...crateInputs, 'scripts/lib/build'], {
      also: [cargoTools.wasmBindgen.version, cargoTools.wasmPack.version, binaryenVersion()],
    }),
    results: [join(folder, wasmFile)],
  };
  await unlessDone(name, facts, async () => {
    rmSync(folder, { recursive: true, force: true });
    const flags = ['--release', '--target', 'web', '--out-dir', folder, '--no-pack', '--no-gitignore'];
    const build = async () =>
      // Set-up has brought every tool; in another mode wasm-pack would look for what it could download.
      mustRun('wasm-pack', ['build', '--mode', 'no-install', ...flags], {
        cwd: root,
        output: 'show',
        env: { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: await compilerFlags() },
        sentence: 'The crate did not build: correct what the compiler says above and run the command again.',
      });
    mkdirSync(cacheDir, { recursive: true });
    rmSync(linkerMap, { force: true });
    await build();
    if (!existsSync(linkerMap)) {
      // Cargo had it linked already, and nobody knows where: the map may be of another module.
      utimesSync(join(root, 'src', 'lib.rs'), new Date(), new Date());
      await build();
    }
    await shrink(join(folder, wasmFile), { ...options, map: linkerMap });
  });
}

/** What shrinks the module. */
function binaryenVersion() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.binaryen;
}

/**
 * What the compiler is told beyond the profile: how values are copied and loops are made; that the linker writes its map; and that panic
 * messages, which name source files, name no folders of the machine that builds.
 */
async function compilerFlags() {
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).stdout.trim();
  const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
  const names = { [sysroot]: '/rust', [cargoHome]: '/cargo', [root]: '/dashboard' };
  const remapped = Object.entries(names).map(([folder, name]) => `--remap-path-prefix=${folder}=${name}`);
  // What is longer than a load and a store is copied by one instruction: most of what a machine does is to hand values on.
  // And loops count as they are written: a pointer that is stepped along in place of an index is one more variable.
  const shape = ['--max-store-memcpy=1', '--disable-lsr'].map((flag) => `-Cllvm-args=${flag}`);
  // Relative, because the flags of the linker are a part of what names are hashed from.
  return [...remapped, ...shape, `-Clink-arg=-Map=${relative(root, linkerMap)}`].join(' ');
}

/** Compiles js/*.ts into the package, beside the binding it imports. */
export async function buildTypeScript() {
  await mustRun(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'js'], {
    cwd: root,
    output: 'show',
    sentence: 'js/ did not compile: correct what tsc says above and run the command again.',
  });
}
