// What a signed-in user may not make up, and what no answer may tell, with the project's own migrations.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { amelia, ben, carla, describeOnEachStorage, lumen, rosewood } from './support.mjs';

const bensId = 'b1000000-0000-4000-8000-000000000002';
const ameliasId = 'a1000000-0000-4000-8000-000000000001';
const longAgo = '2001-01-01T00:00:00+00:00';

/** What a request tells whoever sent it. */
const told = ({ status, error }) => [status, error?.code, error?.message, error?.details];

describeOnEachStorage('who and when are set by the server', (backend) => {
  /** A client of Rosewood Barn's, added past row level security. */
  async function addClient(values = {}) {
    const id = randomUUID();
    const service = backend.client(backend.serviceRoleKey);
    const { error } = await service
      .from('clients')
      .insert({ id, supplier_id: rosewood, name: 'Vera', ...values });
    assert.equal(error, null);
    return id;
  }

  function assertNow(time) {
    assert.ok(Math.abs(Date.now() - Date.parse(time)) < 60_000, `${time} is not now`);
  }

  test('an entry of the feed bears the name and the time of whoever wrote it', async () => {
    const client = await backend.signedIn(ben);
    const { data, error } = await client
      .from('activity')
      .insert({
        supplier_id: rosewood,
        kind: 'payment_received',
        summary: 'Paid in full',
        actor_id: ameliasId,
        actor_name: 'Amelia Rose',
        created_at: longAgo,
      })
      .select()
      .single();
    assert.equal(error, null);
    assert.deepEqual([data.actor_id, data.actor_name], [bensId, 'Ben Carter']);
    assertNow(data.created_at);
  });

  test('a client bears who added it and when, then and after every change', async () => {
    const client = await backend.signedIn(ben);
    const forged = { created_by: ameliasId, created_at: longAgo, updated_at: longAgo };
    const added = await client
      .from('clients')
      .insert({ supplier_id: rosewood, name: 'Wilma', ...forged })
      .select()
      .single();
    assert.equal(added.error, null);
    assert.equal(added.data.created_by, bensId);
    assertNow(added.data.created_at);
    assertNow(added.data.updated_at);

    const colleague = await backend.signedIn(amelia);
    const changed = await colleague
      .from('clients')
      .update({ status: 'booked', ...forged })
      .eq('id', added.data.id)
      .select()
      .single();
    assert.equal(changed.error, null);
    assert.equal(changed.data.status, 'booked');
    assert.equal(changed.data.created_by, bensId);
    assert.equal(changed.data.created_at, added.data.created_at);
    assertNow(changed.data.updated_at);
  });

  test('a whole row that was read may be written back', async () => {
    const client = await backend.signedIn(ben);
    const id = await addClient();
    const { data } = await client.from('clients').select().eq('id', id).single();
    const { error } = await client
      .from('clients')
      .update({ ...data, notes: 'read and written' })
      .eq('id', id);
    assert.equal(error, null);
  });

  test('an owner changes the name of a supplier, not since when it is there', async () => {
    const client = await backend.signedIn(carla);
    const before = await client.from('suppliers').select().eq('id', lumen).single();
    const { data, error } = await client
      .from('suppliers')
      .update({ name: 'Lumen', created_at: longAgo })
      .eq('id', lumen)
      .select()
      .single();
    assert.equal(error, null);
    assert.deepEqual(data, { ...before.data, name: 'Lumen' });
  });

  test('an import past row level security keeps its dates and names', async () => {
    const id = await addClient({ created_by: ameliasId, created_at: longAgo, updated_at: longAgo });
    const [row] = await backend.sql(
      `select created_by, extract(year from created_at) as created, extract(year from updated_at) as updated
       from public.clients where id = '${id}'`,
    );
    assert.deepEqual([row.created_by, Number(row.created), Number(row.updated)], [ameliasId, 2001, 2001]);
  });

  test('what a removed user and a removed client have left behind stays, without them', async () => {
    const user = randomUUID();
    await backend.sql(`insert into auth.users (id, email) values ('${user}', '${user}@rosewood.example')`);
    const id = await addClient({ created_by: user });
    await backend.sql(`delete from auth.users where id = '${user}'`);
    const [row] = await backend.sql(`select created_by from public.clients where id = '${id}'`);
    assert.equal(row.created_by, null);

    const client = await backend.signedIn(ben);
    const note = await client
      .from('activity')
      .insert({ supplier_id: rosewood, client_id: id, kind: 'note_added', summary: 'Called Vera' })
      .select('id')
      .single();
    assert.equal(note.error, null);
    assert.equal((await client.from('clients').delete().eq('id', id)).error, null);
    const left = await client
      .from('activity')
      .select('supplier_id,client_id')
      .eq('id', note.data.id)
      .single();
    assert.deepEqual(left.data, { supplier_id: rosewood, client_id: null });
  });
});

describeOnEachStorage('no answer tells what exists elsewhere', (backend) => {
  /** The id of a client of the other supplier's, which nobody has used yet, and one that nobody has. */
  async function foreignAndFree() {
    const [{ id }] = await backend.sql(
      `insert into public.clients (supplier_id, name) values ('${lumen}', 'Una') returning id`,
    );
    return [id, randomUUID()];
  }

  /** Asks once with something that exists and once with something that does not. */
  async function assertToldTheSame([existing, free], ask) {
    const answers = [told(await ask(existing)), told(await ask(free))];
    assert.deepEqual(answers[0], answers[1]);
    return answers[0];
  }

  const ownClient = async (client) =>
    (await client.from('clients').insert({ supplier_id: rosewood, name: 'Xenia' }).select('id').single()).data
      .id;

  test('a user, by whom a client was added', async () => {
    const client = await backend.signedIn(ben);
    const id = await ownClient(client);
    const users = [
      (await backend.sql(`select id from auth.users where email = '${carla}'`))[0].id,
      randomUUID(),
    ];
    const [status] = await assertToldTheSame(users, (user) =>
      client.from('clients').update({ created_by: user }).eq('id', id),
    );
    assert.equal(status, 204);
    await assertToldTheSame(users, (user) =>
      client.from('clients').insert({ supplier_id: rosewood, name: 'Yves', created_by: user }),
    );
    await assertToldTheSame(users, (user) =>
      client
        .from('activity')
        .insert({ supplier_id: rosewood, kind: 'note_added', summary: 'x', actor_id: user }),
    );
  });

  test('a client, by an id that one chooses for one’s own', async () => {
    const client = await backend.signedIn(ben);
    const [status] = await assertToldTheSame(await foreignAndFree(), (id) =>
      client.from('clients').insert({ id, supplier_id: rosewood, name: 'Zora' }),
    );
    assert.equal(status, 201);
    await assertToldTheSame(await foreignAndFree(), (id) =>
      client.from('clients').upsert({ id, supplier_id: rosewood, name: 'Zora' }),
    );
  });

  test('a client, by an id that one’s own is changed to', async () => {
    const client = await backend.signedIn(ben);
    const own = await ownClient(client);
    const [status, code] = await assertToldTheSame(await foreignAndFree(), (id) =>
      client.from('clients').update({ id }).eq('id', own),
    );
    assert.deepEqual([status, code], [403, '42501']);
  });

  test('a client, by an entry of the feed that names it', async () => {
    const client = await backend.signedIn(ben);
    const entry = { supplier_id: rosewood, kind: 'note_added', summary: 'x' };
    const [status] = await assertToldTheSame(await foreignAndFree(), (id) =>
      client.from('activity').insert({ ...entry, client_id: id }),
    );
    assert.equal(status, 403);
  });

  test('a supplier, by whatever names it', async () => {
    const client = await backend.signedIn(amelia);
    const own = await ownClient(client);
    const asks = [
      (id) => client.from('clients').insert({ supplier_id: id, name: 'X' }),
      (id) => client.from('clients').update({ supplier_id: id }).eq('id', own),
      (id) => client.from('activity').insert({ supplier_id: id, kind: 'note_added', summary: 'x' }),
      (id) => client.from('suppliers').insert({ id, name: 'X', kind: 'venue' }),
      (id) => client.from('suppliers').update({ id }).eq('id', rosewood),
      (id) =>
        client
          .from('supplier_members')
          .insert({ supplier_id: id, user_id: ameliasId, display_name: 'Amelia' }),
    ];
    for (const ask of asks) {
      const [status, code] = await assertToldTheSame([lumen, randomUUID()], ask);
      assert.deepEqual([status, code], [403, '42501'], String(ask));
    }
  });
});
