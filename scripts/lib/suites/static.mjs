import { join } from 'node:path';
import { buildBackend, buildPackage, nextCommand } from '../build/index.mjs';
import { appDir, root } from '../paths.mjs';
import { run } from '../process.mjs';
import { duration, say } from '../say.mjs';

/** @typedef {{ what: string, program: string, args: string[] }} Check */

const wasm = ['--target', 'wasm32-unknown-unknown'];
const denyWarnings = ['--', '-D', 'warnings'];

/** @type {Check[]} */
const formatAndLint = [
  { what: 'Biome: format and lint', program: 'biome', args: ['check', '--error-on-warnings'] },
  { what: 'docs of options', program: process.execPath, args: ['scripts/docs.mjs', '--check'] },
  { what: 'cargo fmt', program: 'cargo', args: ['fmt', '--all', '--check'] },
  {
    what: 'clippy, native',
    program: 'cargo',
    args: ['clippy', '--locked', '--quiet', '--workspace', '--all-targets', ...denyWarnings],
  },
  {
    what: 'clippy, WebAssembly',
    program: 'cargo',
    args: ['clippy', '--locked', '--quiet', '--workspace', '--all-targets', ...wasm, ...denyWarnings],
  },
];

/** Every TypeScript project: each says what it holds in its own tsconfig.json. */
const typeScriptProjects = [
  'js',
  'www/local-supabase',
  'www',
  'tests',
  'scripts',
  'tests/packaging/next-app',
  'tests/packaging/vite-app',
  'tests/packaging/react-app',
  'tests/bench',
  'tests/bench/page',
  'tests/bench/size',
];

/** @returns {import('./suite.mjs').Suite} */
export function lintSuite() {
  return { name: 'format, lint and types', budgetSeconds: 120, run: runLint };
}

async function runLint() {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  // Types are checked against what is built, as a user of the package would.
  await buildPackage();
  await buildBackend();
  await writeNextTypes();
  for (const check of [...formatAndLint, ...typeScriptProjects.map(typeCheck)]) {
    const started = Date.now();
    const { code, output } = await run(check.program, check.args, { cwd: root });
    if (code === 0) totals.passed += 1;
    else {
      totals.failed += 1;
      say(output.trimEnd());
    }
    say(`${code === 0 ? 'ok    ' : 'FAILED'}  ${check.what} (${duration(Date.now() - started)})`);
  }
  return { ok: totals.failed === 0, totals };
}

/** @param {string} project @returns {Check} */
function typeCheck(project) {
  return { what: `tsc, ${project}`, program: 'tsc', args: ['--noEmit', '-p', project] };
}

/** Next.js generates the types of its routes and of imported styles. Those of an earlier build may name pages that have gone. */
async function writeNextTypes() {
  for (const folder of [appDir, join(root, 'tests', 'packaging', 'next-app')]) {
    await run(process.execPath, [nextCommand(), 'typegen'], {
      cwd: folder,
      env: { NEXT_TELEMETRY_DISABLED: '1' },
    });
  }
}
