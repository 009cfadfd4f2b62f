import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeOnEachStorage, migrations, rosewood } from './support.mjs';

const folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
await cp(migrations, folder, { recursive: true });

after(() => rm(folder, { recursive: true, force: true }));

// As `supabase db pull` writes them: settings that hold until the end of the session.
await writeFile(
  join(folder, '30000101000000_dump.sql'),
  `select pg_catalog.set_config('search_path', '', false);
   set row_security = off;
   set timezone = 'Asia/Tokyo';
   create table public.dumped (at timestamptz);
   set role anon;`,
);
await writeFile(
  join(folder, '30000101000001_own_transaction.sql'),
  `begin;
   create table hashes (hash text default crypt('secret', gen_salt('bf', 4)));
   commit;`,
);

describeOnEachStorage(
  'a database',
  (backend) => {
    test('is as new as a project’s for each migration, whatever the one before it set', async () => {
      const settings = "current_user <> 'anon' as owner, current_setting('row_security') as rls";
      const [facts] = await backend.sql(
        `select current_setting('search_path') as path, current_setting('timezone') as zone, ${settings}`,
      );
      assert.deepEqual(facts, { path: '"$user",public,extensions', zone: 'UTC', owner: true, rls: 'on' });
      await backend.sql(
        "insert into hashes default values; insert into dumped values ('2026-01-01 12:00:00+00')",
      );
      const [{ hash }] = await backend.sql('select hash from public.hashes');
      assert.match(hash, /^\$2a\$04\$/);
      const headers = { authorization: `Bearer ${backend.serviceRoleKey}`, apikey: backend.serviceRoleKey };
      const response = await backend.rest('/dumped', { headers });
      assert.deepEqual(await response.json(), [{ at: '2026-01-01T12:00:00+00:00' }]);
    });

    test('knows what was applied to it, and from what', async () => {
      const rows = await backend.sql(
        `select version, name, cardinality(statements) as statements
         from supabase_migrations.schema_migrations where version >= '3' order by version`,
      );
      assert.deepEqual(rows, [
        { version: '30000101000000', name: 'dump', statements: 1 },
        { version: '30000101000001', name: 'own_transaction', statements: 1 },
      ]);
    });

    test('is not left in a transaction by a script that fails, or that forgets it', async () => {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const failed = backend.sql('begin; create table public.never (id int); select nope');
        const others = Array.from({ length: 5 }, () => backend.rest('/clients?limit=0'));
        await assert.rejects(failed, /column "nope" does not exist/);
        for (const other of await Promise.all(others)) assert.equal((await other.json()).code, '42501');
      }
      await backend.sql('begin; create table public.never (id int)');
      assert.deepEqual(await backend.sql("select to_regclass('public.never') as never"), [{ never: null }]);
    });

    test('is changed by a script as a whole or not at all', async () => {
      await assert.rejects(
        backend.sql(
          `insert into public.clients (supplier_id, name) values ('${rosewood}', 'Half'); select 1 / 0`,
        ),
        /division by zero/,
      );
      assert.deepEqual(await backend.sql("select from public.clients where name = 'Half'"), []);
    });
  },
  { migrations: folder },
);
