// Tables and rows of every kind, as far as changes of them are told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEachStorage, joinPayload } from './support.mjs';

describeOnEachStorage('changes of unusual tables', (backend) => {
  async function listen(changes, options = {}) {
    const socket = await backend.socket();
    socket.send(['1', '1', 'realtime:x', 'phx_join', joinPayload({ changes: [changes].flat(), ...options })]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    const [, , , , system] = await socket.nextJson();
    return { socket, system, next: async () => (await socket.nextJson())[4].data };
  }

  /** Listens to a table that is published first. */
  async function listenTo(table, statements, binding = {}) {
    await backend.sql(`${statements}; alter publication supabase_realtime add table ${table}`);
    const listening = await listen({
      event: '*',
      schema: 'public',
      table: table.split('.').at(-1),
      ...binding,
    });
    assert.equal(listening.system.status, 'ok', listening.system.message);
    return listening;
  }

  test('a publication of all tables leaves the own ones out', async () => {
    await backend.sql(`
      drop publication supabase_realtime;
      create publication supabase_realtime for all tables;
      create table public.anything (id int primary key);
    `);
    const { socket, next } = await listen({ event: '*', schema: '*' });
    await backend.sql('insert into public.anything values (1)');
    assert.equal((await next()).record.id, 1);
    socket.close();
    await backend.sql('drop publication supabase_realtime; create publication supabase_realtime');
  });

  test('a partition is told as the table that it is a part of, where the publication says so', async () => {
    await backend.sql('alter publication supabase_realtime set (publish_via_partition_root = true)');
    const { socket, next } = await listenTo(
      'public.parted',
      `create table public.parted (id int primary key, n int) partition by range (id);
       create table public.parted_1 partition of public.parted for values from (0) to (10)`,
    );
    await backend.sql('insert into public.parted values (1, 2)');
    const { table, record } = await next();
    assert.deepEqual([table, record], ['parted', { id: 1, n: 2 }]);
    socket.close();
    const again = await listen({ event: '*', schema: 'public', table: 'parted' });
    assert.equal(again.system.status, 'ok');
    again.socket.close();
    await backend.sql('alter publication supabase_realtime set (publish_via_partition_root = false)');
  });

  test('only the operations that the publication names are told', async () => {
    await backend.sql("alter publication supabase_realtime set (publish = 'insert, update')");
    const { socket, next } = await listenTo(
      'public.kept',
      'create table public.kept (id int primary key, n int)',
    );
    await backend.sql('insert into public.kept values (1, 1); delete from public.kept');
    await backend.sql('insert into public.kept values (2, 2); update public.kept set n = 3');
    const seen = [await next(), await next(), await next()];
    assert.deepEqual(
      seen.map(({ type, record }) => [type, record.id]),
      [
        ['INSERT', 1],
        ['INSERT', 2],
        ['UPDATE', 2],
      ],
    );
    socket.close();
    await backend.sql(
      "alter publication supabase_realtime set (publish = 'insert, update, delete, truncate')",
    );
  });

  test('a replica identity by index is told by that index', async () => {
    const { socket, next } = await listenTo(
      'public.indexed',
      `create table public.indexed (id int primary key, code text not null unique, n int);
       alter table public.indexed replica identity using index indexed_code_key`,
    );
    await backend.sql("insert into public.indexed values (1, 'a', 1); update public.indexed set n = 2");
    await next();
    assert.deepEqual((await next()).old_record, { code: 'a' });
    socket.close();
  });

  test('a selection always has the primary key', async () => {
    const { socket, next } = await listenTo(
      'public.chosen',
      'create table public.chosen (id int primary key, a text, b text)',
      { select: ['a'] },
    );
    await backend.sql("insert into public.chosen values (1, 'x', 'y')");
    const { record, columns } = await next();
    assert.deepEqual([record, columns.map(({ name }) => name)], [{ id: 1, a: 'x' }, ['id', 'a']]);
    socket.close();
  });

  test('a table that is renamed goes on under its new name', async () => {
    const { socket, next } = await listenTo(
      'public.before',
      'create table public.before (id int primary key)',
    );
    await backend.sql('alter table public.before rename to after');
    await backend.sql('insert into public.after values (1)');
    assert.equal((await next()).table, 'after');
    socket.close();
  });

  test('keys that are bytes, and domains that allow no null, hide no row from who may see it', async () => {
    const { socket, next } = await listenTo(
      'public.odd',
      `create domain public.filled as text not null;
       create table public.odd (id bytea primary key, word public.filled, n int);
       alter table public.odd enable row level security;
       create policy everybody on public.odd for select using (true)`,
      { filter: 'id=eq.\\x0102' },
    );
    await backend.sql("insert into public.odd values ('\\x0102', 'word', 1), ('\\x03', 'other', 2)");
    assert.deepEqual((await next()).record, { id: '0102', word: 'word', n: 1 });
    assert.deepEqual(await socket.untilHeartbeat(), []);
    socket.close();
  });

  test('what a trigger of the table does comes after what made it do so', async () => {
    await backend.sql(`
      create table public.log (id int generated always as identity primary key, what text);
      create table public.parent (id int primary key);
      create function public.note() returns trigger language plpgsql as $$
        begin insert into public.log (what) values ('noted'); return null; end $$;
      create trigger audit after insert on public.parent for each row execute function public.note();
      alter publication supabase_realtime add table public.log, public.parent;
    `);
    const { socket, next } = await listen({ event: '*', schema: 'public' });
    await backend.sql('insert into public.parent values (1)');
    assert.deepEqual([(await next()).table, (await next()).table], ['parent', 'log']);
    socket.close();
  });

  test('a row that JSON cannot hold is written all the same', async () => {
    await backend.sql(`
      create table public.wild (id int primary key, j json);
      alter publication supabase_realtime add table public.wild;
      select realtime.sync_capture();
      insert into public.wild values (1, '{"a": "\\u0000"}');
    `);
    assert.deepEqual(await backend.sql('select id from public.wild'), [{ id: 1 }]);
  });

  test('a filter on a column that is dropped later spoils no other subscription', async () => {
    const filtered = await listenTo(
      'public.shrinking',
      'create table public.shrinking (id int primary key, extra text)',
      { filter: 'extra=eq.x' },
    );
    const whole = await listen({ event: '*', schema: 'public', table: 'shrinking' });
    await backend.sql('alter table public.shrinking drop column extra');
    await backend.sql('insert into public.shrinking values (1)');
    assert.deepEqual((await whole.next()).record, { id: 1 });
    assert.deepEqual(await filtered.socket.untilHeartbeat(), []);
    for (const { socket } of [filtered, whole]) socket.close();
  });

  test('a filter on a column that one may not read is refused: it would tell what is in it', async () => {
    await backend.sql(`
      create table public.partial (id int primary key, secret text);
      revoke all on public.partial from anon;
      grant select (id) on public.partial to anon;
      alter publication supabase_realtime add table public.partial;
    `);
    for (const [binding, kind] of [
      [{ filter: 'secret=like.a%' }, 'filter'],
      [{ select: ['secret'] }, 'select'],
    ]) {
      const { socket, system } = await listen({ event: '*', schema: 'public', table: 'partial', ...binding });
      assert.equal(system.status, 'error');
      assert.match(system.message, new RegExp(`invalid column for ${kind} secret$`));
      socket.close();
    }
  });

  test('filters are checked as the real server checks them', async () => {
    await backend.sql(`
      create table public.checked (id int primary key, done boolean);
      alter publication supabase_realtime add table public.checked;
    `);
    const many = Array.from({ length: 101 }, (_, index) => index).join(',');
    for (const [filter, message] of [
      [`id=in.(${many})`, /too many values for `in` filter\. Maximum 100$/],
      ['done=is.banana', /invalid value for is filter: must be null, true, false, or unknown$/],
      ['id=is.true', /is true filter requires a boolean column, got integer$/],
      ['done=is.true', /^Subscribed to PostgreSQL$/],
    ]) {
      const { socket, system } = await listen({ event: '*', schema: 'public', table: 'checked', filter });
      assert.match(system.message, message);
      socket.close();
    }
  });

  test('a filter of a hundred thousand parentheses does not hold the server up', async () => {
    const filter = `id=in.${'('.repeat(100_000)}`;
    const began = performance.now();
    const { socket } = await listen({ event: '*', schema: 'public', table: 'checked', filter });
    assert.ok(performance.now() - began < 5_000);
    socket.close();
  });
});
