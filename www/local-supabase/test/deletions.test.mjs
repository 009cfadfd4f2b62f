// Deletions skip row level security. What a signed-in user of another supplier can learn from them, with the project's
// own migrations.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amelia, carla, describeOnEachStorage, joinPayload, rosewood } from './support.mjs';

const victim = 'd9000000-0000-4000-8000-000000000001';

/** Each guess of one character of the address, and of other columns, as a binding of its own. */
const guesses = [
  ...[...'abcdefghijklmnopqrstuvwxyz0123456789.-_@'].map((character) => `email=like.${character}%`),
  'email=like.%',
  'email=neq.nobody',
  'email=is.null',
  'name=ilike.%vic%',
  'budget_pence=gt.0',
  'status=eq.enquiry',
];

describeOnEachStorage('a deletion tells nothing to another supplier', (backend) => {
  /** Another supplier's user, with these bindings on one channel. */
  async function spy(bindings, email = carla) {
    const socket = await backend.socket();
    const changes = bindings.map((binding) => ({ schema: 'public', ...binding }));
    const token = await backend.tokenOf(email);
    socket.send(['1', '1', 'realtime:spy', 'phx_join', joinPayload({ changes, token })]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    const [, , , event, system] = await socket.nextJson();
    assert.equal(event, 'system');
    return { socket, system };
  }

  async function addAndDeleteVictim() {
    const owner = await backend.signedIn(amelia);
    const added = await owner.from('clients').insert({
      id: victim,
      supplier_id: rosewood,
      name: 'Victoria Secret',
      email: 'victoria@private.example',
      budget_pence: 123_456,
    });
    assert.equal(added.error, null);
    const removed = await owner.from('clients').delete().eq('id', victim).select('id');
    assert.deepEqual(removed.data, [{ id: victim }]);
  }

  test('published is what a subscription of the dashboard needs, by its primary key alone', async () => {
    const published = await backend.sql(`
      select relname as name, relreplident as identity
      from pg_publication_tables
      join pg_class on oid = format('%I.%I', schemaname, tablename)::regclass
      where pubname = 'supabase_realtime'
    `);
    assert.deepEqual(published, [{ name: 'activity', identity: 'd' }]);
  });

  test('bindings that guess at the e-mail address of a client are refused, and nothing comes', async () => {
    const { socket, system } = await spy(
      guesses.map((filter) => ({ event: 'DELETE', table: 'clients', filter })),
    );
    assert.equal(system.status, 'error');
    await addAndDeleteVictim();
    assert.deepEqual(await socket.untilHeartbeat(), []);
    socket.close();
  });

  test('were the table published, no guess would match and the key alone would come', async () => {
    await backend.sql('alter publication supabase_realtime add table public.clients');
    try {
      const guessing = await spy(guesses.map((filter) => ({ event: 'DELETE', table: 'clients', filter })));
      const open = await spy([{ event: 'DELETE', table: 'clients' }]);
      assert.deepEqual([guessing.system.status, open.system.status], ['ok', 'ok']);
      await addAndDeleteVictim();
      const [, , , , { data }] = await open.socket.nextJson();
      assert.deepEqual([data.type, data.old_record], ['DELETE', { id: victim, supplier_id: rosewood }]);
      assert.deepEqual(await guessing.socket.untilHeartbeat(), []);
      for (const { socket } of [guessing, open]) socket.close();
      // What is guarded against: of rows that are published whole, one guess gets an answer.
      await backend.sql('alter table public.clients replica identity full');
      const answered = await spy(guesses.map((filter) => ({ event: 'DELETE', table: 'clients', filter })));
      await addAndDeleteVictim();
      assert.equal((await answered.socket.nextJson())[4].data.type, 'DELETE');
      answered.socket.close();
    } finally {
      await backend.sql('alter table public.clients replica identity default');
      await backend.sql('alter publication supabase_realtime drop table public.clients');
    }
  });

  test('of the feed, which is published, a deletion tells the number of an entry and nothing else', async () => {
    const filters = ['summary=like.%', 'actor_name=like.A%', `supplier_id=eq.${rosewood}`, 'kind=neq.x'];
    const guessing = await spy(filters.map((filter) => ({ event: '*', table: 'activity', filter })));
    const open = await spy([{ event: '*', table: 'activity' }]);
    await addAndDeleteVictim();
    const [{ id }] = await backend.sql(
      `delete from public.activity where summary = 'Removed Victoria Secret' returning id`,
    );
    const [, , , , { data }] = await open.socket.nextJson();
    assert.deepEqual([data.type, data.old_record], ['DELETE', { id: Number(id) }]);
    assert.deepEqual(await guessing.socket.untilHeartbeat(), []);
    for (const { socket } of [guessing, open]) socket.close();
  });
});
