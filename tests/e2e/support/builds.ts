import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The folder of the build that `npm run build` makes. */
export const presentBuild = join(root, 'www');

/** The name of a build. */
export async function nameOf(folder: string): Promise<string> {
  return (await readFile(join(folder, '.next', 'BUILD_ID'), 'utf8')).trim();
}

/** The addresses of a build's own files. */
export async function filesOf(folder: string): Promise<Set<string>> {
  const files = await readdir(join(folder, '.next', 'static'), { recursive: true, withFileTypes: true });
  return new Set(
    files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).replace(join(folder, '.next'), '/_next')),
  );
}

/**
 * The folder of another build of the same application, in which one sentence says something else. It is made anew where the present
 * build is another one than it was made beside.
 */
export async function nextBuild(change: { file: string; from: string; to: string }): Promise<string> {
  const folder = join(root, '.cache', 'next-build');
  const made = join(folder, 'made-beside');
  const present = await nameOf(presentBuild);
  if (existsSync(made) && (await readFile(made, 'utf8')) === present) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const entries = await readdir(presentBuild);
  for (const entry of entries.filter(
    (name) => !/^(\.next|node_modules|local-supabase|supabase|test)$/.test(name),
  ))
    await cp(join(presentBuild, entry), join(folder, entry), { recursive: true });
  const source = await readFile(join(folder, change.file), 'utf8');
  if (!source.includes(change.from)) throw new Error(`${change.file} does not say "${change.from}".`);
  await writeFile(join(folder, change.file), source.replace(change.from, change.to));
  const next = createRequire(join(presentBuild, 'package.json')).resolve('next/dist/bin/next');
  const { WEDSYNC_BUILD: _, ...env } = process.env;
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: folder,
    env: { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The next build ended with ${code}.`);
  await writeFile(made, present);
  return folder;
}
