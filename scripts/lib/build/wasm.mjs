import { cpSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fingerprint, unlessDone } from '../fingerprint.mjs';
import { cacheDir, packageDir, root } from '../paths.mjs';
import { mustRun, run } from '../process.mjs';
import { cargoTools } from '../setup/cargo-tools.mjs';

/** What the module is compiled from. */
export const crateInputs = ['src', 'Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', '.cargo'];

const wasmDir = join(cacheDir, 'wasm');

/** Compiles the crate, writes its JavaScript binding and shrinks it (wasm-opt's settings are in Cargo.toml). */
export async function buildWasm() {
  const facts = {
    inputs: fingerprint(crateInputs, { also: [cargoTools.wasmBindgen.version, cargoTools.wasmPack.version] }),
    results: [join(wasmDir, 'wedsync_dashboard_bg.wasm')],
  };
  await unlessDone('wasm', facts, async () => {
    rmSync(wasmDir, { recursive: true, force: true });
    const flags = ['--release', '--target', 'web', '--out-dir', wasmDir, '--no-pack', '--no-gitignore'];
    // Set-up has brought every tool; in another mode wasm-pack would look for what it could download.
    await mustRun('wasm-pack', ['build', '--mode', 'no-install', ...flags], {
      cwd: root,
      output: 'show',
      env: { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: await pathFreeFlags() },
      sentence: 'The crate did not build: correct what the compiler says above and run the command again.',
    });
  });
  rmSync(packageDir, { recursive: true, force: true });
  cpSync(wasmDir, packageDir, { recursive: true });
}

/** Panic messages name source files; what we publish should not name the folders of whoever built it. */
async function pathFreeFlags() {
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).stdout.trim();
  const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
  const names = { [sysroot]: '/rust', [cargoHome]: '/cargo', [root]: '/dashboard' };
  return Object.entries(names)
    .map(([folder, name]) => `--remap-path-prefix=${folder}=${name}`)
    .join(' ');
}

/** Compiles js/*.ts into the package, beside the binding it imports. */
export async function buildTypeScript() {
  await mustRun(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'js'], {
    cwd: root,
    output: 'show',
    sentence: 'js/ did not compile: correct what tsc says above and run the command again.',
  });
}
