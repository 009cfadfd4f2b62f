import { existsSync } from 'node:fs';
import { Problem } from '../problem.mjs';
import { findProgram, lastLines, run } from '../process.mjs';
import { step } from '../say.mjs';
import { isAtLeast, oldestRust, versionIn } from '../versions.mjs';

const wasmTarget = 'wasm32-unknown-unknown';

/** Rust and its WebAssembly target. */
export async function requireRust() {
  for (const program of ['cargo', 'rustc']) {
    if (!findProgram(program)) {
      throw new Problem(
        `${program} is not on PATH: install Rust ${oldestRust} or later from https://rustup.rs, open a new terminal, and run the command again.`,
      );
    }
  }
  const answer = await run('rustc', ['--version']);
  const version = versionIn(answer.stdout);
  if (answer.code !== 0 || !version) {
    throw new Problem('rustc does not start: run `rustup default stable` and then the command again.', {
      detail: lastLines(answer.output),
    });
  }
  if (!isAtLeast(version, oldestRust)) {
    throw new Problem(
      `This is Rust ${version}, and ${oldestRust} or later is needed: run \`rustup update stable\` and then the command again.`,
    );
  }
  await requireWasmTarget();
}

async function requireWasmTarget() {
  const sysroot = (await run('rustc', ['--print', 'target-libdir', '--target', wasmTarget])).stdout.trim();
  if (sysroot && existsSync(sysroot)) return;
  if (!findProgram('rustup')) {
    throw new Problem(
      `This Rust cannot compile to WebAssembly and rustup is not on PATH: add the target ${wasmTarget} by the means Rust was installed with, or install Rust from https://rustup.rs.`,
    );
  }
  await step(`Adding Rust's target ${wasmTarget}`, async () => {
    const added = await run('rustup', ['target', 'add', wasmTarget]);
    if (added.code !== 0) {
      throw new Problem(
        `rustup could not add the target ${wasmTarget}: check the network (it comes from static.rust-lang.org), then run the command again.`,
        { detail: lastLines(added.output) },
      );
    }
  });
}
