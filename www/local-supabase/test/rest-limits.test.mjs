import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEachStorage } from './support.mjs';

const prepare = (backend) =>
  backend.sql(`
    create table public.guests (id int primary key, name text, data jsonb);
    create table public.gifts (id int primary key, guest_id int references public.guests (id), name text);
    insert into public.guests values (1, 'Ann', '{"a": 1}'), (2, 'Bob', '{}'), (3, 'Cy', '{}');
    insert into public.gifts values (1, 1, 'vase'), (2, 1, 'bowl'), (3, 2, 'lamp');
    create function public.raise(code text, message text, detail text default '')
      returns void language plpgsql as $$
      begin raise exception using errcode = code, message = message, detail = detail; end $$;
    create function public.echo(doc json) returns json language sql as $$ select doc $$;`);

describeOnEachStorage(
  'rest, at the edges of what can be asked,',
  (backend) => {
    const get = async (path, headers) => {
      const response = await backend.rest(path, { headers });
      return { status: response.status, body: await response.json() };
    };
    const post = (path, body, type = 'application/json', more = {}) =>
      backend.rest(path, { method: 'POST', body, headers: { 'content-type': type, ...more } });

    test('refuses NUL in names, which would cut the statement off', async () => {
      for (const query of [
        'select=%22na%00me%22',
        'select=%22al%00ias%22:name',
        'select=data-%3E%22k%00ey%22',
        'select=data-%3Ek%00ey',
        '%22na%00me%22=eq.1',
        'or=(%22na%00me%22.eq.1)',
        'order=%22na%00me%22',
        'select=id,%22al%00ias%22:gifts(id)',
      ]) {
        const { status, body } = await get(`/guests?${query}`);
        assert.deepEqual([status, body.code], [400, 'PGRST100'], `${query} ${body.message}`);
      }
      // In a value, PostgreSQL itself refuses it.
      assert.equal((await get('/guests?name=eq.a%00b')).status, 400);
    });

    test('takes limits and offsets of any length', async () => {
      const digits = '9'.repeat(400);
      const all = [{ id: 1 }, { id: 2 }, { id: 3 }];
      assert.deepEqual((await get(`/guests?select=id&order=id&limit=${digits}`)).body, all);
      assert.deepEqual((await get(`/guests?select=id&offset=${digits}`)).body, []);
      const range = await backend.rest('/guests?select=id&order=id', { headers: { range: `0-${digits}` } });
      assert.deepEqual(await range.json(), all);
    });

    test('knows a media type in capitals, and a column that is named twice', async () => {
      const inserted = await post('/guests?columns=id,id', '{"id": 10}', 'Application/JSON; charset=utf-8');
      assert.equal(inserted.status, 201, await inserted.text());
      const upserted = await post(
        '/guests?columns=id,id,name&on_conflict=id,id&select=name',
        '{"id": 10, "name": "Di"}',
        'application/json',
        { prefer: 'resolution=merge-duplicates, return=representation' },
      );
      assert.deepEqual(await upserted.json(), [{ name: 'Di' }]);
      await backend.sql('delete from public.guests where id = 10');
    });

    test('refuses JSON that is nested too deep, and is of use afterwards', async () => {
      const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
      for (const depth of [2_000, 20_000]) {
        for (const answer of [
          await post('/guests', `{"id": 11, "data": ${nested(depth)}}`),
          await post('/rpc/echo', `{"doc": ${nested(depth)}}`),
        ]) {
          assert.deepEqual([answer.status, (await answer.json()).code], [400, 'PGRST102']);
        }
      }
      const deep = await post('/rpc/echo', `{"doc": ${nested(1_999)}}`);
      assert.equal(await deep.text(), nested(1_999));
      // Brackets in a text are no levels.
      const text = `"\\"${'['.repeat(3_000)}"`;
      assert.equal(await (await post('/rpc/echo', `{"doc": ${text}}`)).text(), text);
    });

    test('a status without a body, and an answer that cannot be sent, are not thrown over', async () => {
      for (const status of [204, 205, 304]) {
        const answer = await post('/rpc/raise', JSON.stringify({ code: `PT${status}`, message: 'm' }));
        assert.deepEqual([answer.status, await answer.text()], [status, '']);
      }
      for (const headers of [{ 'not a name': 'x' }, { 'x-line': 'a\nb' }, { 'x-heart': '♥' }]) {
        const answer = await post(
          '/rpc/raise',
          JSON.stringify({
            code: 'PGRST',
            message: '{"code":"1","message":"m"}',
            detail: JSON.stringify({ status: 400, headers }),
          }),
        );
        assert.deepEqual([answer.status, (await answer.json()).code], [500, 'PGRST121']);
      }
    });

    test('!inner only finds what is on the embed’s own page', async () => {
      const ids = async (query) => {
        const { body } = await get(`/guests?select=id,gifts!inner(id)&gifts.order=id&order=id&${query}`);
        return body.map(({ id, gifts }) => [id, gifts.map((gift) => gift.id)]);
      };
      assert.deepEqual(await ids('gifts.limit=1'), [
        [1, [1]],
        [2, [3]],
      ]);
      assert.deepEqual(await ids('gifts.offset=1'), [[1, [2]]]);
      assert.deepEqual(await ids('gifts.limit=0'), []);
      const counted = await backend.rest('/guests?select=id,gifts!inner(id)&gifts.offset=1', {
        headers: { prefer: 'count=exact' },
      });
      assert.equal(counted.headers.get('content-range'), '0-0/2');
    });

    test('sees the foreign keys of after each change of the schema', async () => {
      const embed = (path) => get(`/guests?select=id,${path}&limit=1`);
      assert.equal((await embed('cards(id)')).status, 400);
      await backend.sql('create table public.cards (id int, guest_id int references public.guests (id))');
      assert.equal((await embed('cards(id)')).status, 200);
      await backend.sql('alter table public.cards rename column guest_id to guest');
      assert.equal((await embed('cards(id)')).status, 200);
      await backend.sql('alter table public.cards rename to notes');
      assert.equal((await embed('cards(id)')).status, 400);
      assert.equal((await embed('notes(id)')).status, 200);
      await backend.sql('create view public.seen as select id, guest as guest_id from public.notes');
      assert.equal((await embed('seen(id)')).status, 200);
      await backend.sql(
        'create or replace view public.seen as select id, guest + 0 as guest_id from public.notes',
      );
      assert.equal((await embed('seen(id)')).status, 400);
      assert.ok(Array.isArray((await embed('notes(id)')).body[0].notes));
      await backend.sql('alter table public.notes add unique (guest)');
      assert.equal((await embed('notes(id)')).body[0].notes, null);
      await backend.sql('alter table public.notes drop constraint cards_guest_id_fkey');
      assert.equal((await embed('notes(id)')).status, 400);
    });
  },
  { prepare },
);
