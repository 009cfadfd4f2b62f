import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { amelia, startBackend } from './support.mjs';

describe('rest', () => {
  let backend;
  let client;
  before(async () => {
    backend = await startBackend();
    await backend.sql(`
      create table public.guests (
        id int primary key, name text, tags text[], seats int8, born date, extra jsonb, coming bool, note text default 'none'
      );
      create table public.tables (id int primary key, guest_id int references public.guests (id), label text unique);
      insert into public.guests values
        (1, 'Ann', '{a,b}', 9007199254740993, '2001-02-03', '{"diet": {"kind": "vegan"}, "n": [1, 2]}', true),
        (2, 'Bob, Jr', '{b}', 2, '1999-01-01', null, false),
        (3, 'Cy "C" O''Neil', null, null, null, '{"diet": {"kind": "none"}}', null);
      insert into public.tables values (10, 1, 'top'), (11, 1, 'side'), (12, 2, 'back');
      create function public.add(a int, b int default 1) returns int language sql immutable as 'select a + b';
      create function public.seated(at_least int) returns setof public.guests language sql stable
        as 'select * from public.guests where seats >= at_least';
      create function public.first_guest() returns public.guests language sql stable
        as 'select * from public.guests where id = 1';
      create function public.total(numbers int[]) returns bigint language sql immutable
        as 'select sum(n) from unnest(numbers) as n';
      create function public.forget() returns void language sql as 'delete from public.tables where id = 12';
    `);
    client = backend.client();
  });
  after(() => backend.stop());

  const ids = async (query) => {
    const { data, error } = await query.order('id');
    assert.equal(error, null);
    return data.map(({ id }) => id);
  };

  test('filters', async () => {
    const guests = () => client.from('guests').select('id');
    assert.deepEqual(await ids(guests().eq('name', 'Ann')), [1]);
    assert.deepEqual(await ids(guests().neq('id', 1)), [2, 3]);
    assert.deepEqual(await ids(guests().gt('seats', 2)), [1]);
    assert.deepEqual(await ids(guests().gte('seats', 2).lt('seats', 3)), [2]);
    assert.deepEqual(await ids(guests().lte('born', '1999-12-31')), [2]);
    assert.deepEqual(await ids(guests().like('name', 'A%')), [1]);
    assert.deepEqual(await ids(guests().ilike('name', 'bob*')), [2]);
    assert.deepEqual(await ids(guests().is('seats', null)), [3]);
    assert.deepEqual(await ids(guests().is('coming', false)), [2]);
    assert.deepEqual(await ids(guests().in('name', ['Bob, Jr', 'Cy "C" O\'Neil'])), [2, 3]);
    assert.deepEqual(await ids(guests().not('id', 'in', '(1,2)')), [3]);
    assert.deepEqual(await ids(guests().or('id.eq.1,and(id.gt.1,coming.is.false)')), [1, 2]);
    assert.deepEqual(await ids(guests().or('name.eq."Bob, Jr",not.and(id.lt.3,id.gt.0)')), [2, 3]);
    assert.deepEqual(await ids(guests().contains('tags', ['b'])), [1, 2]);
    assert.deepEqual(await ids(guests().eq('extra->diet->>kind', 'vegan')), [1]);
    assert.deepEqual(await ids(guests().eq('coming', true)), [1]);
  });

  test('select: columns, aliases, casts, JSON paths and exact numbers', async () => {
    const response = await backend.rest(
      '/guests?select=key:id,seats,text:seats::text,kind:extra->diet->>kind,second:extra->n->1&id=eq.1',
    );
    assert.equal(
      await response.text(),
      '[{"key":1,"seats":9007199254740993,"text":"9007199254740993","kind":"vegan","second":2}]',
    );
  });

  test('order, with nulls first and last', async () => {
    const order = async (options) => {
      const { data } = await client.from('guests').select('id').order('seats', options);
      return data.map(({ id }) => id);
    };
    assert.deepEqual(await order({ ascending: true, nullsFirst: true }), [3, 2, 1]);
    assert.deepEqual(await order({ ascending: false, nullsFirst: false }), [1, 2, 3]);
  });

  test('pages and exact counts', async () => {
    const page = await client.from('guests').select('id', { count: 'exact' }).order('id').range(1, 1);
    assert.deepEqual([page.status, page.count, page.data], [206, 3, [{ id: 2 }]]);
    const head = await client.from('guests').select('*', { count: 'exact', head: true });
    assert.deepEqual([head.status, head.count, head.data], [200, 3, null]);
    const ranged = await backend.rest('/guests?select=id&order=id', { headers: { range: '1-2' } });
    assert.equal(ranged.headers.get('content-range'), '1-2/*');
    const beyond = await client.from('guests').select('id', { count: 'exact' }).range(9, 10);
    assert.deepEqual([beyond.status, beyond.error.code], [416, 'PGRST103']);
  });

  test('one row as an object, or a 406 that says how many there are', async () => {
    const guests = () => client.from('guests').select('id');
    assert.deepEqual((await guests().eq('id', 1).single()).data, { id: 1 });
    assert.equal((await guests().eq('id', 99).maybeSingle()).data, null);
    const many = await guests().single();
    assert.deepEqual([many.status, many.error.code], [406, 'PGRST116']);
    assert.equal(many.error.details, 'The result contains 3 rows');
  });

  test('a write that was to answer one row, and would not, does not last', async () => {
    const { error } = await client.from('guests').update({ note: 'changed' }).gt('id', 0).select().single();
    assert.equal(error.code, 'PGRST116');
    assert.deepEqual(await ids(client.from('guests').select('id').eq('note', 'changed')), []);
  });

  test('embeds rows over foreign keys, both ways', async () => {
    const { data } = await client
      .from('guests')
      .select('name,tables(label)')
      .eq('tables.label', 'side')
      .eq('id', 1);
    assert.deepEqual(data, [{ name: 'Ann', tables: [{ label: 'side' }] }]);
    const { data: other } = await client.from('tables').select('label,who:guests(name)').eq('id', 12);
    assert.deepEqual(other, [{ label: 'back', who: { name: 'Bob, Jr' } }]);
    assert.deepEqual(
      await ids(client.from('guests').select('id,tables!inner(id)').eq('tables.label', 'back')),
      [2],
    );
    const { error, status } = await client.from('tables').select('clients(id)');
    assert.deepEqual([status, error.code], [400, 'PGRST200']);
  });

  test('inserts one and many, and answers only what is asked for', async () => {
    const one = await client.from('guests').insert({ id: 20, name: 'Di' });
    assert.deepEqual([one.status, one.data], [201, null]);
    const many = await client
      .from('guests')
      .insert([
        { id: 21, name: 'Ed', tags: ['x', 'y'], extra: { a: [1] } },
        { id: 22, name: 'Flo', tags: null, extra: null },
      ])
      .select('id,tags,extra,note');
    assert.equal(many.status, 201);
    assert.deepEqual(many.data, [
      { id: 21, tags: ['x', 'y'], extra: { a: [1] }, note: 'none' },
      { id: 22, tags: null, extra: null, note: 'none' },
    ]);
    await client.from('guests').delete().gte('id', 20);
  });

  test('upserts: merges, or leaves what is there', async () => {
    await client.from('guests').insert({ id: 30, name: 'Gus' });
    const merged = await client.from('guests').upsert({ id: 30, name: 'Gustav' }).select('name').single();
    assert.equal(merged.data.name, 'Gustav');
    const ignored = await client
      .from('guests')
      .upsert({ id: 30, name: 'Nobody' }, { onConflict: 'id', ignoreDuplicates: true })
      .select();
    assert.deepEqual(ignored.data, []);
    const label = await client
      .from('tables')
      .upsert({ id: 10, label: 'top', guest_id: 2 }, { onConflict: 'label' })
      .select('guest_id')
      .single();
    assert.equal(label.data.guest_id, 2);
    await client.from('tables').update({ guest_id: 1 }).eq('id', 10);
    await client.from('guests').delete().eq('id', 30);
  });

  test('updates and deletes what the filters name', async () => {
    await client.from('guests').insert([{ id: 40 }, { id: 41 }]);
    const updated = await client
      .from('guests')
      .update({ name: 'Hal', coming: true })
      .gte('id', 40)
      .select('id');
    assert.deepEqual(updated.data.map(({ id }) => id).sort(), [40, 41]);
    const removed = await client.from('guests').delete({ count: 'exact' }).gte('id', 40);
    assert.deepEqual([removed.status, removed.count], [204, 2]);
  });

  test('functions, by POST and by GET', async () => {
    assert.equal((await client.rpc('add', { a: 2, b: 3 })).data, 5);
    assert.equal((await client.rpc('add', { a: 2 }, { get: true })).data, 3);
    assert.equal((await client.rpc('total', { numbers: [1, 2, 3] })).data, 6);
    assert.deepEqual((await client.rpc('seated', { at_least: 1 }).select('id').order('id')).data, [
      { id: 1 },
      { id: 2 },
    ]);
    assert.deepEqual(
      (await client.rpc('seated', { at_least: 1 }, { get: true }).eq('id', 2).select('id')).data,
      [{ id: 2 }],
    );
    assert.equal((await client.rpc('first_guest')).data.name, 'Ann');
    assert.equal((await client.rpc('forget')).status, 204);
    assert.deepEqual(await ids(client.from('tables').select('id').eq('id', 12)), []);
    await client.from('tables').insert({ id: 12, guest_id: 2, label: 'back' });
    const unknown = await client.rpc('no_such', { x: 1 });
    assert.deepEqual([unknown.status, unknown.error.code], [404, 'PGRST202']);
    const writing = await client.rpc('forget', {}, { get: true });
    assert.deepEqual([writing.status, writing.error.code], [405, '25006']);
  });

  test("errors carry PostgreSQL's code and a fitting status", async () => {
    const cases = [
      [client.from('nope').select('*'), 404, '42P01'],
      [client.from('nope').insert({ a: 1 }), 404, '42P01'],
      [client.from('guests').select('nope'), 400, '42703'],
      [client.from('guests').select('*').eq('id', 'abc'), 400, '22P02'],
      [client.from('guests').insert({ id: 1 }), 409, '23505'],
      [client.from('tables').insert({ id: 90, guest_id: 999 }), 409, '23503'],
      [client.from('guests').insert({ name: 'no id' }), 400, '23502'],
      [client.from('clients').select('*'), 401, '42501'],
      [client.from('guests').select('*').filter('id', 'zz', '1'), 400, 'PGRST100'],
      [client.schema('auth').from('users').select('*'), 406, 'PGRST106'],
    ];
    for (const [query, status, code] of cases) {
      const { error, status: actual } = await query;
      assert.deepEqual([actual, error.code], [status, code], error.message);
      assert.deepEqual(Object.keys(error).sort(), ['code', 'details', 'hint', 'message']);
    }
    const amelias = await backend.signedIn(amelia);
    const { error, status } = await amelias.from('suppliers').insert({ name: 'Mine', kind: 'venue' });
    assert.deepEqual([status, error.code], [403, '42501']);
  });

  test('a body that is not JSON, of mixed rows or no rows', async () => {
    const post = (body) => backend.rest('/guests', { method: 'POST', body });
    assert.equal((await (await post('{oops')).json()).code, 'PGRST102');
    assert.equal((await (await post('[{"id":1},{"name":"x"}]')).json()).code, 'PGRST102');
    assert.equal((await (await post('[1]')).json()).code, 'PGRST102');
    assert.equal((await post('[]')).status, 201);
  });

  test('text in a name or a value stays text', async () => {
    const evil = `x'); drop table public.guests; --`;
    assert.deepEqual((await client.from('guests').select('id').eq('name', evil)).data, []);
    assert.equal((await client.from('guests').select('id').eq(`id" or true --`, '1')).error.code, '42703');
    assert.equal((await client.from(`guests" where true --`).select('id')).error.code, '42P01');
    assert.notEqual((await client.from('guests').select(`id::text) from guests; --`)).error, null);
    assert.deepEqual(await ids(client.from('guests').select('id')), [1, 2, 3]);
  });

  test('browsers of other origins are let in', async () => {
    const response = await backend.rest('/guests', {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'apikey,authorization,prefer,x-client-info',
      },
    });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.match(response.headers.get('access-control-allow-methods'), /PATCH/);
    assert.match(response.headers.get('access-control-allow-headers'), /prefer/);
    const read = await backend.rest('/guests', { headers: { origin: 'http://localhost:3000' } });
    assert.match(read.headers.get('access-control-expose-headers'), /content-range/i);
  });
});
