import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amelia, ben, carla, describeOnEachStorage, joinPayload, lumen, rosewood } from './support.mjs';

const tables = ['suppliers', 'supplier_members', 'clients', 'activity'];

describeOnEachStorage('two suppliers on one backend', (backend) => {
  test('each sees its own rows, believable and plenty of them', async () => {
    for (const [email, supplier] of [
      [amelia, rosewood],
      [ben, rosewood],
      [carla, lumen],
    ]) {
      const client = await backend.signedIn(email);
      for (const table of tables) {
        const { data, error } = await client.from(table).select('*');
        assert.equal(error, null);
        assert.ok(data.length > 0, `${email} sees ${table}`);
        assert.ok(data.every((row) => (row.supplier_id ?? row.id) === supplier));
      }
      const today = new Date().toISOString().slice(0, 10);
      const { count } = await client
        .from('clients')
        .select('*', { count: 'exact', head: true })
        .eq('status', 'booked')
        .gt('wedding_date', today);
      assert.ok(count >= 5, 'there are weddings ahead');
      const { count: all } = await client.from('clients').select('*', { count: 'exact', head: true });
      assert.ok(all >= 12, 'there are a dozen clients');
    }
  });

  test('neither reads, writes, moves or removes rows of the other', async () => {
    const client = await backend.signedIn(carla);
    const [foreign] = await backend.sql(
      `select id from public.clients where supplier_id = '${rosewood}' limit 1`,
    );
    const read = await client.from('clients').select('id').eq('id', foreign.id);
    assert.deepEqual(read.data, []);
    const inserted = await client.from('clients').insert({ supplier_id: rosewood, name: 'Intruder' });
    assert.deepEqual([inserted.status, inserted.error.code], [403, '42501']);
    const changed = await client.from('clients').update({ name: 'Mine now' }).eq('id', foreign.id).select();
    assert.deepEqual(changed.data, []);
    const removed = await client.from('clients').delete().eq('id', foreign.id).select();
    assert.deepEqual(removed.data, []);
    const { data: own } = await client.from('clients').select('id').limit(1).single();
    const moved = await client.from('clients').update({ supplier_id: rosewood }).eq('id', own.id);
    assert.equal(moved.error.code, '42501');
    const joined = await client.from('supplier_members').insert({
      supplier_id: rosewood,
      user_id: (await client.auth.getUser()).data.user.id,
      display_name: 'Carla',
    });
    assert.equal(joined.error.code, '42501');
  });

  test('nobody forges what the database writes into the feed', async () => {
    const client = await backend.signedIn(ben);
    const forged = await client
      .from('activity')
      .insert({ supplier_id: rosewood, kind: 'client_added', summary: 'Never happened' });
    assert.equal(forged.error.code, '42501');
  });

  test('a change writes the feed and nobody can call what does', async () => {
    const client = await backend.signedIn(ben);
    const { data } = await client
      .from('clients')
      .insert({ supplier_id: rosewood, name: 'Jo', partner_name: 'Sam' })
      .select('id')
      .single();
    await client.from('clients').update({ status: 'booked' }).eq('id', data.id);
    await client.from('clients').delete().eq('id', data.id);
    const { data: feed } = await client
      .from('activity')
      .select('kind,summary,actor_name')
      .order('id', { ascending: false })
      .limit(3);
    assert.deepEqual(feed.reverse(), [
      { kind: 'client_added', summary: 'New enquiry from Jo & Sam', actor_name: 'Ben Carter' },
      { kind: 'client_updated', summary: 'Jo & Sam moved from enquiry to booked', actor_name: 'Ben Carter' },
      { kind: 'client_removed', summary: 'Removed Jo & Sam', actor_name: 'Ben Carter' },
    ]);
    assert.equal((await client.rpc('record_client_change')).error.code.length > 0, true);
  });

  test('the service role sees both, the anonymous role nothing', async () => {
    const service = backend.client(backend.serviceRoleKey);
    assert.equal((await service.from('suppliers').select('id')).data.length, 2);
    for (const table of tables) {
      const { status, error } = await backend.client().from(table).select('*');
      assert.deepEqual([status, error.code], [401, '42501']);
    }
  });

  test('live changes stay within the supplier', async () => {
    const [mine, theirs] = await Promise.all([backend.socket(), backend.socket()]);
    const changes = [{ event: '*', schema: 'public', table: 'activity' }];
    for (const [socket, email] of [
      [mine, amelia],
      [theirs, carla],
    ]) {
      socket.send([
        '1',
        '1',
        'realtime:feed',
        'phx_join',
        joinPayload({ changes, token: await backend.tokenOf(email) }),
      ]);
      assert.equal((await socket.nextJson())[4].status, 'ok');
      assert.equal((await socket.nextJson())[4].message, 'Subscribed to PostgreSQL');
    }
    await backend.sql(`insert into public.clients (supplier_id, name) values ('${rosewood}', 'Secret')`);
    assert.equal((await mine.nextJson())[4].data.record.summary, 'New enquiry from Secret');
    assert.deepEqual(await theirs.untilHeartbeat(), []);
    mine.close();
    theirs.close();
  });
});
