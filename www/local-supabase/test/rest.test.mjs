import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amelia, describeOnEachStorage, lumen, rosewood } from './support.mjs';

const prepare = (backend) =>
  backend.sql(`
    create table public.guests (
      id int primary key, name text, tags text[], seats int8, born timestamptz, extra jsonb, "odd name" text
    );
    insert into public.guests values
      (1, 'Ann', '{a,b}', 9007199254740993, '2001-02-03 04:05:06+00', '{"diet": {"kind": "vegan"}, "n": [1, 2]}', 'x'),
      (2, 'Bob, Jr', '{b}', 2, null, null, null),
      (3, 'Cy "C"', null, null, null, '{"diet": {"kind": null}}', null);
    create view public.seated as select id, name from public.guests where seats is not null;
    create materialized view public.names as select name from public.guests;
  `);

describeOnEachStorage(
  'rest reads',
  (backend) => {
    const from = (table) => backend.client().from(table);
    const text = async (path, headers = {}) => (await backend.rest(path, { headers })).text();
    const ids = async (query) => {
      const { data, error } = await query;
      assert.equal(error, null, error?.message);
      return data.map(({ id }) => id);
    };

    test('columns, aliases, casts, JSON paths and exact numbers', async () => {
      assert.equal(
        await text(
          '/guests?select=key:id,seats,text:seats::text,kind:extra->diet->>kind,second:extra->n->1&id=eq.1',
        ),
        '[{"key":1,"seats":9007199254740993,"text":"9007199254740993","kind":"vegan","second":2}]',
      );
      assert.equal(
        await text('/guests?select=at:born::timestamp without time zone,list:tags::text[]&id=eq.1'),
        '[{"at":"2001-02-03T04:05:06","list":["a","b"]}]',
      );
      const { data } = await from('guests').select('id, odd:"odd name"').eq('id', 1);
      assert.deepEqual(data, [{ id: 1, odd: 'x' }]);
    });

    test('everything, and a column beside it', async () => {
      const { data } = await from('guests').select('*, copy:name').eq('id', 2).single();
      assert.deepEqual([data.id, data.copy, Object.keys(data).length], [2, 'Bob, Jr', 8]);
      assert.equal((await from('guests').select().eq('id', 2).single()).data.name, 'Bob, Jr');
    });

    test('views are tables to read from', async () => {
      assert.deepEqual(await ids(from('seated').select().order('id')), [1, 2]);
      assert.equal((await from('names').select('name', { count: 'exact', head: true })).count, 3);
    });

    test('order by several columns, with nulls first and last', async () => {
      const order = (...terms) =>
        terms.reduce((query, term) => query.order(...term), from('guests').select('id'));
      assert.deepEqual(await ids(order(['seats', { nullsFirst: true }])), [3, 2, 1]);
      assert.deepEqual(await ids(order(['seats', { ascending: false, nullsFirst: false }])), [1, 2, 3]);
      assert.deepEqual(await ids(order(['born'], ['id', { ascending: false }])), [1, 3, 2]);
    });

    test('pages and exact counts', async () => {
      const page = await from('guests').select('id', { count: 'exact' }).order('id').range(1, 1);
      assert.deepEqual([page.status, page.count, page.data], [206, 3, [{ id: 2 }]]);
      const all = await from('guests').select('id', { count: 'planned' }).limit(3);
      assert.deepEqual([all.status, all.count], [200, 3]);
      const head = await from('guests').select('*', { count: 'estimated', head: true });
      assert.deepEqual([head.status, head.count, head.data], [200, 3, null]);
      const none = await from('guests').select('id', { count: 'exact' }).limit(0);
      assert.deepEqual([none.status, none.count, none.data], [206, 3, []]);
    });

    test('a page beyond the end: an error if the rows were counted, else an empty one', async () => {
      const beyond = await from('guests').select('id', { count: 'exact' }).range(9, 10);
      assert.deepEqual(
        [beyond.status, beyond.error.code, beyond.error.details],
        [416, 'PGRST103', 'An offset of 9 was requested, but there are only 3 rows.'],
      );
      const uncounted = await from('guests').select('id').range(9, 10);
      assert.deepEqual([uncounted.status, uncounted.data], [200, []]);
      const end = await from('guests').select('id', { count: 'exact' }).range(3, 4);
      assert.deepEqual(end.data, []);
      const negative = await from('guests').select('id').limit(-1);
      assert.deepEqual([negative.status, negative.error.code], [416, 'PGRST103']);
    });

    test('the Range header, alone and with limit and offset', async () => {
      const range = async (path, value, prefer = '') => {
        const response = await backend.rest(path, { headers: { range: value, prefer } });
        return [response.status, response.headers.get('content-range')];
      };
      assert.deepEqual(await range('/guests?order=id', '1-2'), [200, '1-2/*']);
      assert.deepEqual(await range('/guests?order=id', '0-1', 'count=exact'), [206, '0-1/3']);
      assert.deepEqual(await range('/guests?order=id', '2-'), [200, '2-2/*']);
      assert.deepEqual(await range('/guests?order=id&offset=1', '0-1'), [200, '1-1/*']);
      assert.deepEqual(await range('/guests?order=id&limit=1', '0-9'), [200, '0-0/*']);
      assert.deepEqual(await range('/guests?id=eq.99', '0-9'), [200, '*/*']);
      assert.deepEqual(await range('/guests', '2-1'), [416, null]);
      assert.deepEqual(await range('/guests', '8-9', 'count=exact'), [416, '*/3']);
    });

    test('a range means nothing to a write', async () => {
      const response = await backend.rest('/guests?id=eq.3', {
        method: 'PATCH',
        body: '{"name":"Cy \\"C\\""}',
        headers: { range: '2-1', 'content-type': 'application/json' },
      });
      assert.equal(response.status, 204);
    });

    test('one row as an object, or a 406 that says how many there are', async () => {
      const guests = () => from('guests').select('id');
      assert.deepEqual((await guests().eq('id', 1).single()).data, { id: 1 });
      assert.equal((await guests().eq('id', 99).maybeSingle()).data, null);
      assert.equal((await guests().maybeSingle()).error.code, 'PGRST116');
      for (const [query, rows] of [
        [guests(), 3],
        [guests().eq('id', 99), 0],
      ]) {
        const { error, status } = await query.single();
        assert.deepEqual(
          [status, error],
          [
            406,
            {
              code: 'PGRST116',
              details: `The result contains ${rows} rows`,
              hint: null,
              message: 'Cannot coerce the result to a single JSON object',
            },
          ],
        );
      }
      const response = await backend.rest('/guests?id=eq.1', {
        headers: { accept: 'application/vnd.pgrst.object+json' },
      });
      assert.equal(response.headers.get('content-type'), 'application/vnd.pgrst.object+json; charset=utf-8');
    });

    test('CSV', async () => {
      const { data } = await from('guests').select('id,name,tags,seats').order('id').csv();
      assert.equal(
        data,
        'id,name,tags,seats\n1,Ann,"{a,b}",9007199254740993\n2,"Bob, Jr",{b},2\n3,"Cy ""C""",,',
      );
      const none = await backend.rest('/guests?id=eq.99', { headers: { accept: 'text/csv' } });
      assert.deepEqual(
        [none.headers.get('content-type'), await none.text()],
        ['text/csv; charset=utf-8', ''],
      );
    });

    test('rows without their nulls', async () => {
      assert.deepEqual((await from('guests').select('id,tags,extra').eq('id', 3).stripNulls()).data, [
        { id: 3, extra: { diet: {} } },
      ]);
      assert.deepEqual((await from('guests').select('id,seats').eq('id', 3).single().stripNulls()).data, {
        id: 3,
      });
      assert.equal(
        await text('/guests?select=seats,tags&id=eq.1', {
          accept: 'application/vnd.pgrst.array+json;nulls=stripped',
        }),
        '[{"seats":9007199254740993,"tags":["a","b"]}]',
      );
    });

    test('the first media type that there is an answer in', async () => {
      const typeOf = async (accept) =>
        (await backend.rest('/guests?limit=0', { headers: { accept } })).headers.get('content-type');
      assert.equal(await typeOf('text/html, */*;q=0.8'), 'application/json; charset=utf-8');
      assert.equal(await typeOf('text/csv, application/json'), 'text/csv; charset=utf-8');
    });

    test('a head answers the headers alone', async () => {
      const response = await backend.rest('/guests?select=id', {
        method: 'HEAD',
        headers: { prefer: 'count=exact' },
      });
      assert.deepEqual(
        [
          response.status,
          response.headers.get('content-range'),
          response.headers.get('preference-applied'),
          await response.text(),
        ],
        [200, '0-2/3', 'count=exact', ''],
      );
    });

    test('row level security decides what a signed-in user sees', async () => {
      const { data } = await (await backend.signedIn(amelia)).from('clients').select('supplier_id');
      assert.ok(data.length > 0 && data.every((row) => row.supplier_id === rosewood));
      const service = backend.client(backend.serviceRoleKey);
      assert.ok((await service.from('clients').select('id').eq('supplier_id', lumen)).data.length > 0);
    });

    test('text in a name or a value stays text', async () => {
      const evil = `x'); drop table public.guests; --`;
      assert.deepEqual((await from('guests').select('id').eq('name', evil)).data, []);
      assert.equal((await from('guests').select('id').eq(`"id\\" or true --"`, '1')).error.code, '42703');
      assert.equal((await from('guests').select(`"id\\" from guests --"`)).error.code, '42703');
      assert.equal((await from(`guests" where true --`).select('id')).error.code, 'PGRST205');
      assert.equal((await from('guests').select(`id::text) from guests; --`)).error.code, 'PGRST100');
      assert.equal((await from('guests').select(`extra->"a' or true --"`).eq('id', 1)).error, null);
      assert.equal(
        (await from('guests').select('id').textSearch('name', 'x', { config: `a'b` })).error.code,
        'PGRST100',
      );
      assert.equal((await from('guests').select('id', { count: 'exact', head: true })).count, 3);
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
  },
  { prepare },
);
