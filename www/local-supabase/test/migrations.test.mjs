import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { startPostgres } from './postgresServer.mjs';

describe('migrations and seeds', () => {
  let folder;
  let postgres;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
    postgres = await startPostgres();
  });
  after(async () => {
    postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a start with this migration, and with this seed, is refused for. */
  async function refusals(name, sql, storage) {
    const where = storage === 'PGlite' ? {} : { databaseUrl: postgres.url };
    const migrations = join(folder, `${name}-${storage}`);
    await mkdir(migrations);
    await writeFile(join(migrations, '1_it.sql'), sql);
    const refused = async (options) => {
      const backend = await startLocalSupabase({ port: 0, ...where, ...options }).catch((cause) => cause);
      await backend.stop?.();
      return `${backend.name}: ${backend.message}`;
    };
    return [await refused({ migrations }), await refused({ seed: join(migrations, '1_it.sql') })];
  }

  const both = (rest) => [
    `StartError: The migration 1_it.sql ${rest}`,
    `StartError: The seed 1_it.sql ${rest}`,
  ];

  for (const storage of ['PGlite', 'PostgreSQL']) {
    test(`that leave their transaction open are not lost silently, on ${storage}`, async () => {
      const sentence = 'leaves its transaction open: end it with commit, or leave out its begin.';
      const sql = 'begin;\ncreate table public.lost (id int);';
      assert.deepEqual(await refusals('open', sql, storage), both(sentence));
    });

    test(`that commit by themselves are not said to be rolled back, on ${storage}`, async () => {
      const sql = `begin; create table if not exists public.kept (id int); commit;\nselect 1 / 0;`;
      assert.deepEqual(await refusals('commits', sql, storage), both('failed: division by zero.'));
      // Neither text nor a function's body does.
      const quoted = `select 'a''b; commit;', E'\\'; commit;', $x$; commit; $x$ -- ; commit;
        /* ; commit; */; do $$ begin perform 1 / 0; end $$;`;
      const sentence = 'failed and was rolled back: division by zero.';
      assert.deepEqual(await refusals('quoted', quoted, storage), both(sentence));
    });

    test(`that copy from a client are refused instead of waiting for it, on ${storage}`, async () => {
      const sentence = 'failed: nobody can send the rows of COPY … FROM STDIN here; write it as inserts.';
      const sql = 'create table public.copied (a int);\ncopy public.copied (a) from stdin;\n1\n\\.\n';
      assert.deepEqual(await refusals('copy', sql, storage), both(sentence));
    });
  }
});
