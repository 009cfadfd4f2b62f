import { existsSync, lstatSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import { toolsDir } from '../paths.mjs';
import { findProgram } from '../process.mjs';
import { say } from '../say.mjs';

/** What `wasm-pack test` needs on `PATH`: itself, and what it would otherwise download. */
const commands = ['wasm-pack', 'wasm-bindgen', 'wasm-bindgen-test-runner', 'geckodriver'];

/**
 * Links the commands of the tools' folders beside cargo, so that a terminal finds them. A command that is on `PATH`
 * already stays as it is, unless it is a link of an earlier set-up, or one that leads nowhere.
 * @param {string[]} folders the tools' own
 * @param {{ searchPath?: string, binDir?: string }} [options]
 */
export function linkCommands(folders, { searchPath = process.env.PATH ?? '', binDir = cargoBinDir() } = {}) {
  const isOnPath = searchPath.split(delimiter).includes(binDir);
  for (const command of commands) {
    const link = join(binDir, command);
    const target = findProgram(command, folders.join(delimiter));
    if (!target) continue;
    if (isToBeReplaced(link)) rmSync(link);
    if (findProgram(command, searchPath)) continue;
    if (isOnPath && existsSync(binDir) && !existsSync(link)) symlinkSync(target, link);
    else say(`${command} is not on PATH: to type it yourself, add ${join(target, '..')}.`);
  }
}

function cargoBinDir() {
  return join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'bin');
}

/** @param {string} link */
function isToBeReplaced(link) {
  const stats = lstatSync(link, { throwIfNoEntry: false });
  const isOwn = () => readlinkSync(link).startsWith(toolsDir + sep);
  return stats?.isSymbolicLink() === true && (isOwn() || !existsSync(link));
}
