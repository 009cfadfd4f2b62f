import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Stamps, locks and logs of these scripts; never in git. */
export const cacheDir = join(root, '.cache');

/** What npm publishes: written by the build, never edited. */
export const packageDir = join(root, 'pkg');

/** The package as its users have it: unpacked from the packed tarball. */
export const installedPackageDir = join(root, 'node_modules', '@wedsync', 'dashboard');

export const appDir = join(root, 'www');
export const backendDir = join(root, 'www', 'local-supabase');
export const backendCli = join(backendDir, 'bin', 'wedsync-local-supabase.js');
export const migrationsDir = join(root, 'www', 'supabase', 'migrations');
export const seedFile = join(root, 'www', 'supabase', 'seed.sql');

/** Where the cargo tools of this project are installed, shared by all clones of a user. */
export const toolsDir =
  process.env.WEDSYNC_TOOLS_DIR ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wedsync-dashboard', 'tools');

/** `PATH` with the folders given in front. @param {string[]} folders */
export function pathWith(...folders) {
  return [...folders, process.env.PATH ?? ''].join(delimiter);
}
