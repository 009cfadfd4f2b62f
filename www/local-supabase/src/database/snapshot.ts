import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { bootstrap, readBootstrapScripts } from './bootstrap.js';
import { openPGlite } from './pglite.js';

const unzip = promisify(gunzip);

/** Tens of megabytes in the usual small pieces take twice as long. */
const unzipChunkBytes = 4 * 1024 * 1024;

/** `dist/`, where the build puts it. */
const folder = new URL('../', import.meta.url);

const anySnapshot = /^snapshot-[0-9a-f]+\.tar\.gz(\.\d+)?$/;

/**
 * A bootstrapped, empty database as the build left it: to start from it saves making one, which takes seconds.
 * `null` if there is none, whole and made by this PGlite from the SQL files as they are now.
 */
export async function readSnapshot(): Promise<Blob | null> {
  try {
    // Unpacked here: at a damaged archive, PGlite would end the process.
    const packed = await readFile(new URL(await snapshotName(), folder));
    return new Blob([await unzip(packed, { chunkSize: unzipChunkBytes })]);
  } catch {
    return null;
  }
}

/** Makes the snapshot, unless it is there already, and removes those of earlier builds. */
export async function writeSnapshot(): Promise<void> {
  const name = await snapshotName();
  const present = (await readdir(folder)).filter((file) => anySnapshot.test(file));
  if (!present.includes(name)) {
    const database = await openPGlite(null, async () => null);
    await bootstrap(database);
    // Under another name first: a backend that starts meanwhile must not read half of it.
    const unfinished = new URL(`${name}.${process.pid}`, folder);
    await writeFile(unfinished, await database.dump());
    await rename(unfinished, new URL(name, folder));
    await database.close();
  }
  for (const file of present) if (file !== name) await rm(new URL(file, folder), { force: true });
}

/** What a snapshot depends on is in its name, so that one of other SQL files is never mistaken for it. */
async function snapshotName(): Promise<string> {
  const digest = createHash('sha256').update(await pgliteVersion());
  for (const script of await readBootstrapScripts()) digest.update('\0').update(script);
  return `snapshot-${digest.digest('hex').slice(0, 16)}.tar.gz`;
}

async function pgliteVersion(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  return version;
}
