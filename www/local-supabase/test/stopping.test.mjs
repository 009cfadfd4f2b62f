import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import pg from 'pg';
import { Cleanups } from '../dist/cleanups.js';
import { killAll, launch, run } from './command.mjs';
import { startPostgres } from './postgresServer.mjs';

describe('stopping', () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
  });
  after(async () => {
    killAll();
    await rm(folder, { recursive: true, force: true });
  });

  test('twice is done once, and both wait for its end', async () => {
    const dataDir = join(folder, 'twice');
    const backend = await startLocalSupabase({ port: 0, dataDir });
    backend.stop();
    await backend.stop();
    // The lock is gone only at the very end.
    assert.ok(!existsSync(join(dataDir, 'local-supabase.lock')));
  });

  test('takes every step, though one of them fails', async () => {
    const cleanups = new Cleanups();
    const taken = [];
    cleanups.push(async () => void taken.push('first'));
    cleanups.push(() => Promise.reject(new Error('this one')));
    cleanups.push(() => {
      throw new Error('that one');
    });
    cleanups.push(async () => void taken.push('last'));
    await assert.rejects(cleanups.run(), /that one/);
    assert.deepEqual(taken, ['last', 'first']);
    await assert.rejects(cleanups.run(), /that one/);
    assert.equal(taken.length, 2);
  });

  /** Runs the command with these migrations, ends it when `begun` says so, and returns its output and the time it took. */
  async function endedDuring(name, migrations, args, env, begun) {
    const path = join(folder, name);
    await mkdir(path);
    for (const [index, sql] of migrations.entries()) {
      await writeFile(join(path, `${100 + index}_it.sql`), sql);
    }
    const child = launch(['--port', '0', '--migrations', path, ...args], env);
    const output = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
    await begun();
    const exited = once(child, 'exit');
    const from = performance.now();
    child.kill('SIGTERM');
    const [code, signal] = await exited;
    return { code, signal, output: (await output).flat().join(''), tookMs: performance.now() - from };
  }

  test('while a migration runs on PostgreSQL does not wait for it', async () => {
    const postgres = await startPostgres();
    const owner = new pg.Client({ connectionString: postgres.url });
    owner.on('error', () => {});
    await owner.connect();
    const sleeping = "select from pg_stat_activity where wait_event = 'PgSleep'";
    const { tookMs, ...ended } = await endedDuring(
      'sleeps',
      ['select pg_sleep(60)'],
      [],
      { DATABASE_URL: postgres.url },
      async () => {
        while ((await owner.query(sleeping)).rowCount === 0);
      },
    );
    assert.deepEqual(ended, { code: 0, signal: null, output: '' });
    assert.ok(tookMs < 20_000, `${tookMs} ms`);
    await owner.end();
    postgres.stop();
  });

  test('while migrations run on PGlite waits for one of them, not for all', async () => {
    const data = join(folder, 'busy-data');
    const migrations = Array.from({ length: 100 }, () => 'select count(*) from generate_series(1, 1000000)');
    const { tookMs, ...ended } = await endedDuring('busy', migrations, ['--data-dir', data], {}, async () => {
      while ((await readFile(join(data, 'local-supabase.lock')).catch(() => null)) === null) {
        await new Promise(setImmediate);
      }
    });
    assert.deepEqual(ended, { code: 0, signal: null, output: '' });
    assert.ok(tookMs < 10_000, `${tookMs} ms`);
  });
});

describe('the command line', () => {
  test('refuses what an unset variable left empty', async () => {
    for (const name of ['host', 'migrations', 'seed', 'data-dir']) {
      assert.deepEqual(await run([`--${name}`, '']), {
        code: 2,
        stdout: '',
        stderr: `--${name} is empty: give it a value, or leave it out.\n`,
      });
    }
  });

  test('answers a question, whatever else is wrong', async () => {
    const help = await run(['--help']);
    assert.match(help.stdout, /^Usage: /);
    assert.deepEqual(await run(['-h', '--nope', '--port', 'x']), help);
    assert.deepEqual(await run(['--seed', '--help']), help);
    assert.deepEqual(await run(['--version', '--nope']), await run(['--version']));
  });
});
