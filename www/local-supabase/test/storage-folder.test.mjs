import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { killAll, ready, run } from './command.mjs';
import { amelia, migrations, password, seed } from './support.mjs';

describe('a data folder', () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
  });
  after(async () => {
    killAll();
    await rm(folder, { recursive: true, force: true });
  });

  const inFolder = (name, ...more) => ['--control-port', '0', '--data-dir', join(folder, name), ...more];

  const token = async ({ url, anonKey }, grant, body) => {
    const response = await fetch(`${url}/auth/v1/token?grant_type=${grant}`, {
      method: 'POST',
      headers: { apikey: anonKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200);
    return response.json();
  };

  test('keeps rows, users, sessions, keys, sequences and what was applied', async () => {
    const ownMigrations = join(folder, 'migrations');
    const ownSeed = join(folder, 'seed.sql');
    await cp(migrations, ownMigrations, { recursive: true });
    await cp(seed, ownSeed);
    await writeFile(
      join(ownMigrations, '30000101000000_counted.sql'),
      'create table public.counted (id bigint generated always as identity, note text);',
    );
    // Applied twice, either would fail.
    const args = inFolder('kept', '--migrations', ownMigrations, '--seed', ownSeed);
    const first = await ready(args);
    const session = await token(first, 'password', { email: amelia, password });
    await first.sql("insert into public.counted (note) values ('one'), ('two')");
    const { rows: applied } = {
      rows: await first.sql('select * from supabase_migrations.schema_migrations'),
    };
    assert.equal(applied.length, (await readdir(ownMigrations)).length);
    assert.equal(await first.stop(), 0);
    assert.ok(!existsSync(join(folder, 'kept', 'local-supabase.lock')));

    const second = await ready(args);
    assert.deepEqual(
      [second.anonKey, second.serviceRoleKey, second.stderr()],
      [first.anonKey, first.serviceRoleKey, ''],
    );
    assert.deepEqual(await second.sql('select * from supabase_migrations.schema_migrations'), applied);
    await second.sql("insert into public.counted (note) values ('three')");
    assert.deepEqual(await second.sql('select id, note from public.counted order by id'), [
      { id: 1, note: 'one' },
      { id: 2, note: 'two' },
      { id: 3, note: 'three' },
    ]);
    // The session of before goes on, and the user is still there to sign in.
    const renewed = await token(second, 'refresh_token', { refresh_token: session.refresh_token });
    assert.equal(renewed.user.id, session.user.id);
    await token(second, 'password', { email: amelia, password });
    assert.equal(await second.stop(), 0);

    // A migration that changes after it was applied is told; a new one is applied; a later seed is not.
    await writeFile(join(ownMigrations, '30000101000000_counted.sql'), 'select 1');
    await writeFile(
      join(ownMigrations, '30000101000001_more.sql'),
      'alter table public.counted add more int',
    );
    await writeFile(ownSeed, 'delete from public.counted');
    const third = await ready(args);
    assert.equal(
      third.stderr(),
      'The migration 30000101000000_counted.sql was changed after it had been applied: what it says now is not in this database.\n',
    );
    assert.deepEqual(await third.sql('select count(more)::int, count(*)::int as all from public.counted'), [
      { count: 0, all: 3 },
    ]);
    assert.equal(await third.stop(), 0);
  });

  test('has one backend at a time, in another process and in the same one', async () => {
    const data = join(folder, 'locked');
    const backend = await ready(inFolder('locked'));
    const refusal = `The data folder ${data} is in use by process ${backend.pid}: stop that backend, or name another folder.`;
    const second = await run(['--port', '0', '--data-dir', data]);
    assert.deepEqual(second, { code: 2, stdout: '', stderr: `${refusal}\n` });
    await assert.rejects(startLocalSupabase({ port: 0, dataDir: data }), { message: refusal });
    // The refused ones must not have let go of it for others.
    assert.equal((await run(['--port', '0', '--data-dir', data])).code, 2);
    assert.equal(await backend.stop(), 0);

    const here = await startLocalSupabase({ port: 0, dataDir: data });
    await assert.rejects(startLocalSupabase({ port: 0, dataDir: data }), /is in use by process/);
    await here.stop();
    await (await startLocalSupabase({ port: 0, dataDir: data })).stop();
  });

  test('keeps what was committed when the process is killed, and nothing else', async () => {
    const args = inFolder('killed');
    let backend = await ready(args);
    await backend.sql('create table public.written (number int primary key)');
    let acknowledged = 0;
    for (let round = 0; round < 2; round += 1) {
      for (let count = 0; count < 20; count += 1) {
        await backend.sql(`insert into public.written values (${acknowledged + 1})`);
        acknowledged += 1;
      }
      // Ten more are on their way when it dies: each of them is there or not, but only from the first on.
      const underway = Array.from({ length: 10 }, (_, index) =>
        backend.sql(`insert into public.written values (${acknowledged + index + 1})`).then(
          () => true,
          () => false,
        ),
      );
      await underway[0];
      await backend.stop('SIGKILL');
      const answered = (await Promise.all(underway)).filter(Boolean).length;
      assert.ok(
        existsSync(join(folder, 'killed', 'local-supabase.lock')),
        'a killed process leaves its lock',
      );
      backend = await ready(args);
      const rows = await backend.sql('select number from public.written order by number');
      assert.deepEqual(
        rows.map(({ number }) => number),
        rows.map((_, index) => index + 1),
      );
      assert.ok(rows.length >= acknowledged + answered, `${rows.length} of ${acknowledged + answered}`);
      acknowledged = rows.length;
    }
    assert.equal(await backend.stop(), 0);
  });

  test('of a process with the same number as a later one is free', async () => {
    const data = join(folder, 'renumbered');
    await (await startLocalSupabase({ port: 0, dataDir: data })).stop();
    const lock = join(data, 'local-supabase.lock');
    // This test's own number, as a container's next process has it; and its parent's, which started at another time.
    for (const pid of [process.pid, process.ppid]) {
      await writeFile(lock, JSON.stringify({ pid, started: '1' }));
      await (await startLocalSupabase({ port: 0, dataDir: data })).stop();
    }
    await writeFile(lock, 'not a lock');
    await (await startLocalSupabase({ port: 0, dataDir: data })).stop();
  });

  test('that was not finished is begun anew', async () => {
    const data = join(folder, 'unfinished');
    await (await startLocalSupabase({ port: 0, dataDir: data })).stop();
    // As a process leaves it that is killed while it writes the first files.
    await writeFile(join(data, 'local-supabase.unfinished'), '');
    await rename(join(data, 'global'), join(data, 'elsewhere'));
    const backend = await startLocalSupabase({ port: 0, dataDir: data });
    await backend.stop();
    assert.ok(existsSync(join(data, 'global')));
    assert.ok(!existsSync(join(data, 'elsewhere')));
    assert.ok(!existsSync(join(data, 'local-supabase.unfinished')));
  });

  test('that is damaged is said so in one sentence', async () => {
    const data = join(folder, 'damaged');
    await (await startLocalSupabase({ port: 0, dataDir: data })).stop();
    assert.equal((await readFile(join(data, 'PG_VERSION'), 'utf8')).trim(), '18');
    await rm(join(data, 'global', 'pg_control'));
    const { code, stderr } = await run(['--port', '0', '--data-dir', data]);
    assert.match(
      stderr,
      /^The database in .*damaged cannot be opened: it is damaged[^\n]*\. Name another folder with --data-dir to start afresh\.\n$/,
    );
    assert.equal(code, 2);
    assert.ok(!existsSync(join(data, 'local-supabase.lock')));
  });
});
