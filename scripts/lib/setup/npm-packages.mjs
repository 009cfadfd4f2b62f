import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { Problem } from '../problem.mjs';
import { findProgram, lastLines, run } from '../process.mjs';
import { step } from '../say.mjs';

const lockFile = join(root, 'package-lock.json');
const stamp = join(root, 'node_modules', '.wedsync-lock-hash');

/**
 * The npm packages that package-lock.json names, in node_modules.
 * @param {AbortSignal} signal
 */
export async function requireNpmPackages(signal) {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  if (!isInstalled()) {
    if (!findProgram('npm')) {
      throw new Problem(
        'npm is not on PATH: install Node.js with npm from https://nodejs.org and run the command again.',
      );
    }
    await step('Installing the npm packages', async () => {
      const installed = await run('npm', ['ci', '--no-audit', '--no-fund'], {
        cwd: root,
        signal,
        // Under `npm --silent run` npm would not even say why it failed.
        env: { npm_config_loglevel: 'error' },
      });
      if (installed.code !== 0) {
        const outOfDate = installed.output.includes('in sync');
        throw new Problem(
          outOfDate
            ? 'package-lock.json does not fit the package.json files: run `npm install`, commit the lock file, and run the command again.'
            : 'npm could not install the packages of package-lock.json: check the network and the registry (`npm ping`), then run the command again.',
          { detail: lastLines(installed.output) },
        );
      }
    });
  }
  writeFileSync(stamp, hash);
}

/**
 * Whether npm's own record of node_modules agrees with the lock file, as after an `npm install` by hand:
 * then there is nothing to install again.
 */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesOf(lockFile);
  const present = packagesOf(record);
  return Object.entries(wanted).every(([path, { version, link, optional }]) => {
    if (!path.includes('node_modules/')) return true;
    const found = present[path];
    if (!found) return optional === true;
    return found.version === version && found.link === link;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
