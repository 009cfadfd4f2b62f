import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir, root } from '../paths.mjs';
import { mustRun } from '../process.mjs';

/** Compiles the crate, writes its JavaScript binding and shrinks it (wasm-opt's settings are in Cargo.toml). */
export async function buildWasm() {
  rmSync(packageDir, { recursive: true, force: true });
  const flags = ['--release', '--target', 'web', '--out-dir', packageDir, '--no-pack', '--no-gitignore'];
  // Set-up has brought every tool; without it wasm-pack would look for what it could download.
  await mustRun('wasm-pack', ['build', '--mode', 'no-install', ...flags], {
    cwd: root,
    output: 'show',
    // A terminal's colours are lost in the pipe; cargo's progress bar only makes noise there.
    env: { CARGO_TERM_PROGRESS_WHEN: 'never' },
    sentence: 'The crate did not build: correct what the compiler says above and run the command again.',
  });
}

/** Compiles js/*.ts into the package, beside the binding it imports. */
export async function buildTypeScript() {
  await mustRun(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'js'], {
    cwd: root,
    output: 'show',
    sentence: 'js/ did not compile: correct what tsc says above and run the command again.',
  });
}
