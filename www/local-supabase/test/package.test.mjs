import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { killAll, ready } from './command.mjs';
import { migrations, seed } from './support.mjs';

const execute = promisify(execFile);
const source = fileURLToPath(new URL('..', import.meta.url));
const name = '@wedsync/local-supabase';

/** As npm installs it, without a registry: the tarball's files, next to the dependencies that this repository has. */
describe('the packed package, installed elsewhere', () => {
  let folder;
  let installed;
  let options;
  let manifest;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
    const { stdout } = await execute(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      {
        cwd: source,
      },
    );
    const [{ filename }] = JSON.parse(stdout);
    installed = join(folder, 'node_modules', name);
    await mkdir(installed, { recursive: true });
    await execute('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components', '1']);
    manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(manifest.dependencies)) {
      const link = join(folder, 'node_modules', dependency);
      await mkdir(dirname(link), { recursive: true });
      await symlink(folderOf(dependency), link);
    }
    const [[command, program]] = Object.entries(manifest.bin);
    await mkdir(join(folder, 'node_modules', '.bin'));
    await symlink(join(installed, program), join(folder, 'node_modules', '.bin', command));
    options = { cwd: folder, command: join(installed, program) };
  });
  after(async () => {
    killAll();
    await rm(folder, { recursive: true, force: true });
  });

  /** Where the package itself finds it. */
  function folderOf(dependency) {
    const entry = fileURLToPath(import.meta.resolve(dependency));
    return entry.slice(
      0,
      entry.lastIndexOf(join('node_modules', dependency)) + join('node_modules', dependency).length,
    );
  }

  const snapshots = async () =>
    (await readdir(join(installed, 'dist'))).filter((file) => file.startsWith('snapshot-'));

  test('has what it runs from, and no sources or tests', async () => {
    assert.deepEqual((await readdir(installed)).sort(), ['README.md', 'bin', 'dist', 'package.json', 'sql']);
    assert.equal((await snapshots()).length, 1);
  });

  test('npx finds its command', async () => {
    const npx = ['--no-install', '--offline', 'wedsync-local-supabase'];
    const help = await execute('npx', [...npx, '--help'], { cwd: folder });
    assert.match(help.stdout, /^Usage: wedsync-local-supabase \[options\]\n/);
    const version = await execute('npx', [...npx, '--version'], { cwd: folder });
    assert.equal(version.stdout, `${manifest.version}\n`);
  });

  test('starts, with migrations and a seed, and answers', async () => {
    const backend = await ready(['--migrations', migrations, '--seed', seed], {}, options);
    const headers = { apikey: backend.serviceRoleKey };
    const response = await fetch(`${backend.url}/rest/v1/suppliers?select=name&order=name`, { headers });
    assert.deepEqual(await response.json(), [{ name: 'Lumen & Lace' }, { name: 'Rosewood Barn' }]);
    assert.equal(await backend.stop(), 0);
  });

  test('starts from the snapshot that its build made, and from nothing if that does not fit', async () => {
    const program = join(installed, 'dist', 'buildSnapshot.js');
    const sql = join(installed, 'sql', '02_auth.sql');
    const [shipped] = await snapshots();
    // Says when the database was made, so that one from a snapshot can be told.
    await appendFile(sql, '\ncreate table if not exists public.birth as select clock_timestamp() as at;\n');
    await execute(process.execPath, [program]);
    const [fresh, ...others] = await snapshots();
    assert.notEqual(fresh, shipped);
    assert.deepEqual(others, []);
    const path = join(installed, 'dist', fresh);
    const { mtimeMs, size } = await stat(path);
    assert.ok(size > 1_000_000);
    await execute(process.execPath, [program]);
    assert.equal((await stat(path)).mtimeMs, mtimeMs, 'nothing changed, so it was not made again');

    const birth = async (...args) => {
      const backend = await ready(['--control-port', '0', ...args], {}, options);
      const [{ at }] = await backend.sql('select at from public.birth');
      assert.equal(await backend.stop(), 0);
      return { at, key: backend.anonKey };
    };
    const { at: built, key } = await birth();
    const other = await birth('--data-dir', join(folder, 'from-snapshot'));
    assert.equal(other.at, built);
    assert.notEqual(other.key, key, 'they begin as one, but each has its own secret');
    await writeFile(path, (await readFile(path)).subarray(0, size / 2));
    assert.notEqual((await birth()).at, built, 'a damaged one');
    await execute(process.execPath, [program]);
    await appendFile(sql, '-- Changed since.\n');
    assert.notEqual((await birth('--data-dir', join(folder, 'without'))).at, built, 'one of other SQL');
  });
});
