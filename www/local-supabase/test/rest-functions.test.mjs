import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEachStorage } from './support.mjs';

const prepare = (backend) =>
  backend.sql(`
    create table public.guests (id int primary key, name text, seats int);
    create table public.gifts (id int primary key, guest_id int references public.guests (id), what text);
    create table public.calls (at timestamptz default now());
    create type public.pair as (x int, y text);
    insert into public.guests values (1, 'Ann', 4), (2, 'Bob', 2), (3, 'Cy', null);
    insert into public.gifts values (10, 1, 'vase'), (11, 1, 'book');
    create function public.add(a int, b int default 1) returns int language sql immutable as 'select a + b';
    create function public.total(numbers int[]) returns bigint language sql immutable
      as 'select sum(n) from unnest(numbers) as n';
    create function public.joined(variadic words text[]) returns text language sql immutable
      as $$ select array_to_string(words, '+') $$;
    create function public.seated(at_least int) returns setof public.guests language sql stable
      as 'select * from public.guests where seats >= at_least';
    create function public.first_guest() returns public.guests language sql stable
      as 'select * from public.guests where id = 1';
    create function public.no_guest() returns public.guests language sql stable
      as 'select * from public.guests where id = -1';
    create function public.count_up(top int) returns setof int language sql immutable
      as 'select * from generate_series(1, top)';
    create function public.columns_of(n int) returns table (nr int, label text) language sql immutable
      as $$ select i, 'n' || i from generate_series(1, n) as i $$;
    create function public.one_column(n int) returns table (nr int) language sql immutable
      as 'select i from generate_series(1, n) as i';
    create function public.one_out(n int, out doubled int) language sql immutable as 'select n * 2';
    create function public.two_out(n int, out a int, out b int) language sql immutable as 'select n, n + 1';
    create function public.make_pair(x int) returns public.pair language sql immutable
      as $$ select row(x, 'y')::public.pair $$;
    create function public.nothing() returns void language sql as 'insert into public.calls default values';
    create function public.note() returns setof int language sql volatile
      as 'insert into public.calls default values returning 1';
    create function public.nobody() returns int language sql immutable as 'select null::int';
    create function public.give_json(value jsonb) returns jsonb language sql immutable as 'select value';
    create function public.whole(json) returns json language sql immutable as 'select $1';
    create function public.whole_text(text) returns text language sql immutable as 'select upper($1)';
    create function public.same(a int) returns int language sql immutable as 'select a';
    create function public.same(a text) returns text language sql immutable as 'select a';
    create function public.over(a int) returns text language sql immutable as $$ select 'one' $$;
    create function public.over(a int, b int) returns text language sql immutable as $$ select 'two' $$;
    create function public.header(name text) returns text language sql stable
      as $$ select current_setting('request.headers', true)::json ->> name $$;
    create function public.here() returns text language sql stable
      as $$ select current_setting('request.method') || ' ' || current_setting('request.path') $$;
  `);

describeOnEachStorage(
  'rest functions',
  (backend) => {
    const rpc = (...call) => backend.client().rpc(...call);
    const calls = async () => (await backend.sql('select from public.calls')).length;
    const text = async (path, init) => (await backend.rest(path, init)).text();

    test('single values, with named and default arguments', async () => {
      assert.equal((await rpc('add', { b: 3, a: 2 })).data, 5);
      assert.equal((await rpc('add', { a: 2 })).data, 3);
      assert.equal((await rpc('add', { a: 2, b: 5 }, { get: true })).data, 7);
      assert.equal((await rpc('nobody')).data, null);
      assert.equal(await text('/rpc/nobody'), 'null');
    });

    test('arrays, by POST and by GET', async () => {
      assert.equal((await rpc('total', { numbers: [1, 2, 3] })).data, 6);
      assert.equal((await rpc('total', { numbers: [1, 2, 3] }, { get: true })).data, 6);
    });

    test('a variadic argument, as a list or given several times', async () => {
      assert.equal((await rpc('joined', { words: ['a', 'b'] })).data, 'a+b');
      assert.equal((await rpc('joined', { words: ['a', 'b'] }, { get: true })).data, 'a+b');
      assert.equal(await text('/rpc/joined?words=a&words=b,c'), '"a+b,c"');
      assert.equal(await text('/rpc/joined?words=a'), '"a"');
    });

    test('sets of rows can be filtered, ordered, paged, counted and embedded from', async () => {
      const seated = () => rpc('seated', { at_least: 1 });
      assert.deepEqual((await seated().select('id').order('id', { ascending: false })).data, [
        { id: 2 },
        { id: 1 },
      ]);
      assert.deepEqual((await seated().eq('name', 'Bob').select('seats')).data, [{ seats: 2 }]);
      assert.deepEqual(
        (await seated().select('name,gifts(what)').eq('id', 1).order('id', { referencedTable: 'gifts' }))
          .data,
        [{ name: 'Ann', gifts: [{ what: 'vase' }, { what: 'book' }] }],
      );
      const page = await rpc('seated', { at_least: 1 }, { count: 'exact' })
        .select('id')
        .order('id')
        .range(1, 1);
      assert.deepEqual([page.status, page.count, page.data], [206, 2, [{ id: 2 }]]);
      const got = await rpc('seated', { at_least: 1 }, { get: true }).eq('id', 2).select('id').limit(1);
      assert.deepEqual(got.data, [{ id: 2 }]);
      assert.deepEqual((await seated().select('id').eq('id', 1).single()).data, { id: 1 });
      assert.equal((await seated().select('id').single()).error.code, 'PGRST116');
    });

    test('head answers the count alone', async () => {
      const head = await rpc('seated', { at_least: 1 }, { head: true, count: 'exact' });
      assert.deepEqual([head.status, head.count, head.data], [200, 2, null]);
      const posted = await rpc('give_json', { value: { a: 1 } }, { head: true, count: 'exact' });
      assert.deepEqual([posted.status, posted.count, posted.data], [204, 1, null]);
    });

    test('sets of single values, and a page of them', async () => {
      assert.deepEqual((await rpc('count_up', { top: 3 })).data, [1, 2, 3]);
      assert.deepEqual((await rpc('count_up', { top: 0 })).data, []);
      const page = await rpc('count_up', { top: 5 }, { count: 'exact' }).range(1, 2);
      assert.deepEqual([page.status, page.count, page.data], [206, 5, [2, 3]]);
    });

    test('one row is an object', async () => {
      assert.deepEqual((await rpc('first_guest')).data, { id: 1, name: 'Ann', seats: 4 });
      assert.deepEqual((await rpc('first_guest').select('name')).data, { name: 'Ann' });
      assert.deepEqual((await rpc('first_guest').select('name').single()).data, { name: 'Ann' });
      assert.deepEqual((await rpc('no_guest')).data, { id: null, name: null, seats: null });
      assert.deepEqual((await rpc('make_pair', { x: 1 })).data, { x: 1, y: 'y' });
    });

    test('tables and output arguments, also of one column', async () => {
      assert.deepEqual((await rpc('columns_of', { n: 2 }).gt('nr', 1)).data, [{ nr: 2, label: 'n2' }]);
      assert.deepEqual((await rpc('one_column', { n: 2 })).data, [{ nr: 1 }, { nr: 2 }]);
      assert.deepEqual((await rpc('one_out', { n: 2 })).data, { doubled: 4 });
      assert.deepEqual((await rpc('two_out', { n: 2 }).select('b')).data, { b: 3 });
    });

    test('nothing is 204', async () => {
      const before = await calls();
      const { data, error, status } = await rpc('nothing');
      assert.deepEqual([status, data, error], [204, null, null]);
      assert.equal(await calls(), before + 1);
    });

    test('counting the rows of a call does not make it twice', async () => {
      const before = await calls();
      const { data, count } = await rpc('note', {}, { count: 'exact' });
      assert.deepEqual([data, count], [[1], 1]);
      assert.equal(await calls(), before + 1);
    });

    test('a call by GET cannot change anything', async () => {
      const before = await calls();
      const { error, status } = await rpc('nothing', {}, { get: true });
      assert.deepEqual([status, error.code], [405, '25006']);
      assert.equal(await calls(), before);
    });

    test('JSON goes in and comes out digit by digit', async () => {
      const init = (body) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } });
      assert.equal(
        await text('/rpc/give_json', init('{"value":{"n":12345678901234567890.50}}')),
        '{"n": 12345678901234567890.50}',
      );
      assert.equal(await text('/rpc/whole', init('{"n":1e400}')), '{"n":1e400}');
      assert.equal(await text('/rpc/whole', init('[1,2]')), '[1,2]');
    });

    test('a text may be the whole body', async () => {
      const init = { method: 'POST', body: 'loud', headers: { 'content-type': 'text/plain' } };
      assert.equal(await text('/rpc/whole_text', init), '"LOUD"');
    });

    test('overloads are told apart by the names of their arguments', async () => {
      assert.equal((await rpc('over', { a: 1 })).data, 'one');
      assert.equal((await rpc('over', { a: 1, b: 2 })).data, 'two');
      const { error, status } = await rpc('same', { a: 1 });
      assert.deepEqual(
        [status, error.code, error.message],
        [
          300,
          'PGRST203',
          'Could not choose the best candidate function between: public.same(a => integer), public.same(a => text)',
        ],
      );
    });

    test('a function that is not there, or not with these arguments', async () => {
      const { error, status } = await rpc('no_such', { x: 1, y: 2 });
      assert.deepEqual(
        [status, error.code, error.message, error.details],
        [
          404,
          'PGRST202',
          'Could not find the function public.no_such(x, y) in the schema cache',
          'Searched for the function public.no_such with parameters x, y or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.',
        ],
      );
      assert.equal(
        (await rpc('add', {})).error.message,
        'Could not find the function public.add without parameters in the schema cache',
      );
      assert.equal((await rpc('add', { a: 1, c: 2 })).error.code, 'PGRST202');
      assert.equal((await rpc('add', { a: 1, c: 2 }, { get: true })).error.code, 'PGRST202');
      assert.equal((await backend.rest('/rpc/add', { method: 'DELETE' })).status, 405);
    });

    test('functions see the request: its headers, method and path', async () => {
      assert.equal(await text('/rpc/header?name=x-mine', { headers: { 'X-Mine': 'yes' } }), '"yes"');
      assert.equal(await text('/rpc/here'), '"GET /rpc/here"');
    });

    test('more rows than max-affected allows, or a function of which that cannot be known', async () => {
      const before = await calls();
      const many = await rpc('note').maxAffected(0);
      assert.deepEqual([many.status, many.error.code], [400, 'PGRST124']);
      assert.equal(await calls(), before);
      assert.equal((await rpc('add', { a: 1 }).maxAffected(1)).error.code, 'PGRST128');
    });
  },
  { prepare },
);
