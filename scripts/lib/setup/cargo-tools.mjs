import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolsDir } from '../paths.mjs';
import { Problem } from '../problem.mjs';
import { findProgram, isProgram, lastLines, run } from '../process.mjs';
import { step } from '../say.mjs';
import { versionIn } from '../versions.mjs';

/**
 * @typedef {object} CargoTool
 * @property {string} crate
 * @property {string} version exactly this one: wasm-bindgen's must be the crate's own in Cargo.lock
 * @property {string[]} programs the first is asked for its version
 * @property {string[]} flags
 * @property {Record<string, string>} env
 * @property {string} time what to expect on two cores
 */

/**
 * How each is compiled is what makes the sum short: a debug build where the tool's own speed does not matter,
 * light optimisation for the one that rewrites our module.
 * @type {Record<'wasmBindgen' | 'wasmPack' | 'geckodriver' | 'twiggy', CargoTool>}
 */
export const cargoTools = {
  wasmBindgen: {
    crate: 'wasm-bindgen-cli',
    version: '0.2.129',
    programs: ['wasm-bindgen', 'wasm-bindgen-test-runner'],
    flags: [],
    env: {
      CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    },
    time: 'about two minutes',
  },
  wasmPack: {
    crate: 'wasm-pack',
    version: '0.15.1',
    programs: ['wasm-pack'],
    flags: ['--debug'],
    env: {},
    time: 'about a minute',
  },
  geckodriver: {
    crate: 'geckodriver',
    version: '0.37.1',
    programs: ['geckodriver'],
    flags: ['--debug'],
    env: {},
    time: 'about a minute',
  },
  twiggy: {
    crate: 'twiggy',
    version: '0.8.0',
    programs: ['twiggy'],
    flags: ['--debug'],
    env: {},
    time: 'about half a minute',
  },
};

/**
 * The folder that holds a tool's programs; installs it if it is nowhere.
 * @param {CargoTool} tool
 * @param {AbortSignal} signal
 */
export async function requireCargoTool(tool, signal) {
  const home = join(toolsDir, `${tool.crate}-${tool.version}`);
  const folder = join(home, 'bin');
  if (tool.programs.every((program) => isProgram(join(folder, program)))) return folder;
  const onPath = await folderOnPath(tool);
  if (onPath) return onPath;
  const what = `Installing ${tool.crate} ${tool.version} (${tool.time}, once)`;
  await step(what, () => install(tool, home, signal));
  return folder;
}

/** @param {CargoTool} tool */
async function folderOnPath(tool) {
  const [first = '', ...others] = tool.programs;
  const found = findProgram(first);
  if (!found) return null;
  const answer = await run(found, ['--version']);
  if (versionIn(answer.stdout) !== tool.version) return null;
  const folder = join(found, '..');
  return others.every((program) => isProgram(join(folder, program))) ? folder : null;
}

/** @param {CargoTool} tool @param {string} home @param {AbortSignal} signal */
async function install(tool, home, signal) {
  const args = ['install', tool.crate, '--locked', '--version', tool.version, '--root', home, ...tool.flags];
  // A half-finished install leaves its folder without the programs; cargo then needs to be told to go on.
  if (existsSync(home)) args.push('--force');
  const installed = await run('cargo', args, { env: tool.env, signal, log: join(home, 'install.log') });
  if (installed.code === 0) return;
  const offline = /download|index|network|resolve host|connect|timed? ?out|proxy|offline/i.test(
    installed.output,
  );
  throw new Problem(
    offline
      ? `cargo could not fetch ${tool.crate} ${tool.version} from crates.io: check the network or proxy and run the command again, or put ${tool.programs[0]} ${tool.version} on PATH.`
      : `cargo could not build ${tool.crate} ${tool.version}: its output is in ${join(home, 'install.log')}; put that right and run the command again.`,
    { detail: lastLines(installed.output) },
  );
}
