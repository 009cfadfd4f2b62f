import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startLocalSupabaseProcess } from '@wedsync/local-supabase/testing';
import { startPostgres } from './postgresServer.mjs';
import { amelia, joinPayload, migrations, openSocket, password, seed, suppliers } from './support.mjs';

const storages = {
  PGlite: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'local-supabase-restart-'));
    return { options: { dataDir }, clean: () => rm(dataDir, { recursive: true, force: true }) };
  },
  PostgreSQL: async () => {
    const postgres = await startPostgres();
    return { options: { databaseUrl: postgres.url }, clean: () => postgres.stop() };
  },
};

for (const [storage, prepare] of Object.entries(storages)) {
  if ((process.env.STORAGE ?? storage) !== storage) continue;
  describe(`a process of its own, on ${storage}`, () => {
    let place;
    let backend;
    before(async () => {
      place = await prepare();
      backend = await startLocalSupabaseProcess({ migrations, seed, ...place.options });
    });
    after(async () => {
      await backend?.stop();
      await place.clean();
    });

    for (const signal of ['SIGTERM', 'SIGKILL']) {
      test(`after ${signal} it has its addresses, its keys and all that was committed`, async () => {
        const { add, names } = suppliers(backend);
        const socket = await openSocket(backend);
        socket.send(['1', '1', 'realtime:room', 'phx_join', joinPayload()]);
        await socket.next();
        for (let number = 0; number < 20; number += 1) {
          assert.equal((await add(`${signal} ${number}`)).status, 201);
        }
        const { url } = backend;
        await backend.restart({ signal });
        assert.equal(await socket.closed, signal === 'SIGTERM' ? 1012 : 1006);
        assert.equal(backend.url, url);
        const found = (await names()).filter((name) => name.startsWith(signal));
        assert.equal(found.length, 20);
        assert.deepEqual((await backend.control.stats()).connections, 0);
        const signIn = await fetch(`${url}/auth/v1/token?grant_type=password`, {
          method: 'POST',
          headers: { apikey: backend.anonKey },
          body: JSON.stringify({ email: amelia, password }),
        });
        assert.equal(signIn.status, 200);
      });
    }

    test('what was acknowledged when SIGKILL struck is there, and nothing is there by half', async () => {
      const acknowledged = [];
      let wake = () => {};
      const enough = new Promise((resolve) => {
        wake = resolve;
      });
      const write = async () => {
        const headers = { apikey: backend.serviceRoleKey, 'content-type': 'application/json' };
        for (let number = 0; ; number += 1) {
          const rows = ['a', 'b'].map((half) => ({ name: `pair ${number} ${half}`, kind: 'florist' }));
          const body = JSON.stringify(rows);
          await fetch(`${backend.url}/rest/v1/suppliers`, { method: 'POST', headers, body });
          acknowledged.push(number);
          if (acknowledged.length === 15) wake();
        }
      };
      const interrupted = write().catch(() => acknowledged.length);
      await enough;
      await backend.restart({ signal: 'SIGKILL', downForMs: 1 });
      const count = await interrupted;
      const found = (await suppliers(backend).names()).filter((name) => name.startsWith('pair')).sort();
      const pairs = Array.from({ length: found.length / 2 }, (_, number) => number);
      assert.deepEqual(found, pairs.flatMap((number) => [`pair ${number} a`, `pair ${number} b`]).sort());
      assert.ok(pairs.length === count || pairs.length === count + 1, `${pairs.length} of ${count}`);
    });
  });
}

describe('a process without a place', () => {
  test('keeps its data in a temporary folder until it is killed', async () => {
    const backend = await startLocalSupabaseProcess({ migrations });
    await backend.control.sql('create table kept (id int); insert into kept values (1)');
    await backend.restart();
    assert.deepEqual(await backend.control.sql('select id from kept'), [{ id: 1 }]);
    await backend.kill();
    await assert.rejects(fetch(backend.url));
  });

  test('says what keeps it from starting', async () => {
    const missing = join(tmpdir(), 'local-supabase-no-such-folder');
    assert.equal(existsSync(missing), false);
    await assert.rejects(
      startLocalSupabaseProcess({ migrations: missing }),
      /^Error: The migrations folder .* does not exist/,
    );
  });
});
