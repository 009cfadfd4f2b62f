import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { openDataFolder } from '../dist/database/dataFolder.js';
import { lockFolder } from '../dist/database/folderLock.js';

const lockModule = new URL('../dist/database/folderLock.js', import.meta.url).href;

/** Tries the lock of each folder it is told, and lets go of it when told so. */
const contender = `
  const { lockFolder } = await import(${JSON.stringify(lockModule)});
  const { createInterface } = await import('node:readline');
  let release = null;
  console.log('up');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'release') {
      await release?.();
      release = null;
      console.log('released');
      continue;
    }
    release = await lockFolder(line).catch((cause) => {
      console.log(cause.message);
      return null;
    });
    if (release !== null) console.log('locked');
  }`;

async function startContender() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', contender], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    child,
    async tell(line) {
      child.stdin.write(`${line}\n`);
      return (await lines.next()).value;
    },
  };
}

describe('the lock of a data folder', () => {
  let folder;
  const contenders = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
    contenders.push(...(await Promise.all(Array.from({ length: 6 }, startContender))));
  });
  after(async () => {
    for (const { child } of contenders) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const stale = (more = {}) => JSON.stringify({ pid: process.pid, started: '1', host: hostname(), ...more });
  const make = async (name) => {
    const path = join(folder, name);
    await mkdir(path);
    return path;
  };

  test('is taken over by one of several processes that find it stale at once', async () => {
    const path = await make('contended');
    for (let round = 0; round < 40; round += 1) {
      await writeFile(join(path, 'local-supabase.lock'), stale({ id: String(round) }));
      const answers = await Promise.all(contenders.map(({ tell }) => tell(path)));
      const winners = contenders.filter((_, index) => answers[index] === 'locked');
      assert.equal(winners.length, 1, answers.join('\n'));
      const { pid } = JSON.parse(await readFile(join(path, 'local-supabase.lock'), 'utf8'));
      assert.equal(pid, winners[0].child.pid);
      for (const answer of answers) assert.match(answer, /^locked$|is in use by process/);
      for (const { tell } of contenders) await tell('release');
      assert.deepEqual(await readdir(path), []);
    }
  });

  test('is taken over though whoever did so before died on the way', async () => {
    const path = await make('died');
    const [first] = contenders;
    const lock = join(path, 'local-supabase.lock');
    await writeFile(lock, stale());
    // A claim, as the taking over begins with it, of a process that is gone.
    const taking = await startContender();
    const { createHash } = await import('node:crypto');
    const claim = `${lock}.${createHash('sha256').update(stale()).digest('hex').slice(0, 16)}`;
    await writeFile(claim, stale({ pid: taking.child.pid, id: 'claim' }));
    const ended = once(taking.child, 'exit');
    taking.child.kill('SIGKILL');
    await ended;
    assert.equal(await first.tell(path), 'locked');
    assert.deepEqual(await readdir(path), ['local-supabase.lock']);
    await first.tell('release');
  });

  test('is taken by one of several starts in one process', async () => {
    const path = await make('together');
    for (const before of [null, stale()]) {
      if (before !== null) await writeFile(join(path, 'local-supabase.lock'), before);
      const results = await Promise.allSettled(Array.from({ length: 4 }, () => lockFolder(path)));
      const locked = results.filter(({ status }) => status === 'fulfilled');
      assert.equal(locked.length, 1);
      for (const { reason } of results)
        if (reason !== undefined) assert.match(reason.message, /is in use by/);
      await locked[0].value();
      assert.deepEqual(await readdir(path), []);
    }
  });

  test('is the same by each of the folder’s names', async () => {
    const path = await make('named');
    const other = join(folder, 'other-name');
    await symlink(path, other);
    const release = await lockFolder(path);
    await assert.rejects(lockFolder(other), /other-name is in use by process/);
    assert.equal((await readdir(path)).length, 1);
    await release();
  });

  test('of another holder is not let go of', async () => {
    const path = await make('replaced');
    const lock = join(path, 'local-supabase.lock');
    const release = await lockFolder(path);
    await rm(lock);
    await contenders[0].tell(path);
    await release();
    assert.equal(JSON.parse(await readFile(lock, 'utf8')).pid, contenders[0].child.pid);
    await contenders[0].tell('release');
  });

  test('of another container on the same volume is not taken for stale', async () => {
    const path = await make('shared');
    const lock = join(path, 'local-supabase.lock');
    await writeFile(lock, stale({ host: 'another-container' }));
    await assert.rejects(lockFolder(path), {
      name: 'StartError',
      message: `The data folder ${path} is in use by process ${process.pid} of the host or container another-container: stop that backend, or name another folder; if it is gone for good, delete ${lock}.`,
    });
    assert.equal(await readFile(lock, 'utf8'), stale({ host: 'another-container' }));
  });
});

describe('a data folder with another program’s database', () => {
  for (const [files, sentence] of [
    [{ 'postmaster.opts': '' }, /belongs to a PostgreSQL server: name another one with --data-dir, or /],
    [{ 'postmaster.pid': '4711\n/var/lib' }, /belongs to a PostgreSQL server: /],
    [{ PG_VERSION: '15\n' }, /has a database of version 15 of PostgreSQL, not 18: name another one with/],
  ]) {
    test(`is refused: ${Object.keys(files)}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
      const all = { PG_VERSION: '18\n', ...files };
      for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
      await assert.rejects(openDataFolder(folder), { name: 'StartError', message: sentence });
      assert.deepEqual((await readdir(folder)).sort(), Object.keys(all).sort());
      await rm(folder, { recursive: true });
    });
  }
});
