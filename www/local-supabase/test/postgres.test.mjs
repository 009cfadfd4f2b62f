import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startPostgres } from './postgresServer.mjs';
import { amelia, carla, joinPayload, rosewood, startBackend } from './support.mjs';

describe('any PostgreSQL by its URL', () => {
  let postgres;
  let backend;
  before(async () => {
    postgres = await startPostgres();
    backend = await startBackend({ databaseUrl: postgres.url });
  });
  after(async () => {
    await backend?.stop();
    postgres?.stop();
  });

  test('sign-in, policies and errors are the same', async () => {
    const client = await backend.signedIn(amelia);
    const { data, count } = await client
      .from('clients')
      .select('supplier_id,activity(kind)', { count: 'exact' });
    assert.ok(count >= 12);
    assert.ok(data.every((row) => row.supplier_id === rosewood && row.activity.length > 0));
    assert.equal((await client.from('clients').select('*').eq('id', 'abc')).error.code, '22P02');
    const other = await backend.signedIn(carla);
    assert.equal(
      (await other.from('clients').insert({ supplier_id: rosewood, name: 'X' })).error.code,
      '42501',
    );
    assert.equal((await client.rpc('is_supplier_member', { supplier: rosewood })).data, true);
  });

  test('changes and broadcasts come in the order of the commits', async () => {
    const socket = await backend.socket();
    const changes = [
      { event: 'INSERT', schema: 'public', table: 'clients', filter: `supplier_id=eq.${rosewood}` },
    ];
    const token = await backend.tokenOf(amelia);
    const topic = `realtime:supplier:${rosewood}`;
    socket.send(['1', '1', topic, 'phx_join', joinPayload({ changes, token, private: true })]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    assert.equal((await socket.nextJson())[4].message, 'Subscribed to PostgreSQL');
    const names = Array.from({ length: 20 }, (_, index) => `Couple ${index}`);
    for (const name of names) {
      await backend.sql(`insert into public.clients (supplier_id, name) values ('${rosewood}', '${name}')`);
    }
    const seen = { changes: [], broadcasts: 0 };
    while (seen.changes.length < names.length || seen.broadcasts < names.length) {
      const frame = await socket.next();
      if (typeof frame === 'string') seen.changes.push(JSON.parse(frame)[4].data.record.name);
      else seen.broadcasts += 1;
    }
    assert.deepEqual(seen.changes, names);
    socket.close();
  });

  test('a second start finds everything in place and the same keys', async () => {
    const { anonKey } = backend;
    const [{ count }] = await backend.sql('select count(*)::int as count from public.clients');
    await backend.stop();
    backend = await startBackend({ databaseUrl: postgres.url });
    assert.equal(backend.anonKey, anonKey);
    assert.deepEqual(await backend.sql('select count(*)::int as count from public.clients'), [{ count }]);
  });

  test('a failed script leaves no connection in its transaction', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await assert.rejects(backend.sql('begin; select nope'));
    }
    assert.deepEqual(await backend.sql('select 1 as n'), [{ n: 1 }]);
  });
});
