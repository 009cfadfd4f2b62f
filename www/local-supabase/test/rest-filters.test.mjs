import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEachStorage } from './support.mjs';

const prepare = (backend) =>
  backend.sql(`
    create table public.things (
      id int primary key, name text, tags text[], amount numeric, big int8, day date,
      extra jsonb, plain json, span int4range, ready bool, words tsvector, "my.col" text
    );
    insert into public.things values
      (1, 'Ann', '{a,b}', 1.5, 9007199254740993, '2001-02-03',
        '{"kind": "x", "n": [1, {"deep": "yes"}], "a.b": 1, "0": "zero"}', '{"k": 1}',
        '[1,5)', true, to_tsvector('english', 'fat cats sat'), 'dotted'),
      (2, 'Bob, Jr', '{b,"c,d"}', 2, 2, '1999-01-01', '{"kind": "y"}', null, '[5,9)', false,
        to_tsvector('english', 'a fat rat'), null),
      (3, 'Cy "C" O''Neil', null, null, null, null, null, null, '[20,30)', null, null, null),
      (4, 'back\\slash (x) 50%', '{}', 0, 0, null, null, null, null, null, null, null);
  `);

describeOnEachStorage(
  'rest filters',
  (backend) => {
    const things = () => backend.client().from('things').select('id').order('id');
    const check = async (filter, expected) => {
      const { data, error } = await filter(things());
      assert.equal(error, null, `${filter}: ${error?.message}`);
      assert.deepEqual(
        data.map(({ id }) => id),
        expected,
        String(filter),
      );
    };

    test('comparisons', async () => {
      await check((q) => q.eq('name', 'Bob, Jr'), [2]);
      await check((q) => q.eq('big', '9007199254740993'), [1]);
      await check((q) => q.neq('id', 1), [2, 3, 4]);
      await check((q) => q.gt('amount', 1.5), [2]);
      await check((q) => q.gte('amount', 1.5), [1, 2]);
      await check((q) => q.lt('day', '2000-01-01'), [2]);
      await check((q) => q.lte('big', 2), [2, 4]);
      await check((q) => q.match({ name: 'Ann', ready: true }), [1]);
      await check((q) => q.isDistinct('amount', 2), [1, 3, 4]);
      await check((q) => q.filter('id', 'eq(any)', '{1,3}'), [1, 3]);
      await check((q) => q.filter('id', 'gt(all)', '{1,2}'), [3, 4]);
    });

    test('quotes around a single value are part of it', async () => {
      await check((q) => q.eq('name', '"Ann"'), []);
      await check((q) => q.eq('name', 'Cy "C" O\'Neil'), [3]);
      await check((q) => q.eq('name', 'back\\slash (x) 50%'), [4]);
    });

    test('patterns, one and several', async () => {
      await check((q) => q.like('name', 'A%'), [1]);
      await check((q) => q.like('name', 'a%'), []);
      await check((q) => q.ilike('name', 'bob*'), [2]);
      await check((q) => q.likeAnyOf('name', ['A*', 'B%']), [1, 2]);
      await check((q) => q.likeAllOf('name', ['%b%', 'B%']), [2]);
      await check((q) => q.ilikeAnyOf('name', ['ann', 'cy%']), [1, 3]);
      await check((q) => q.ilikeAllOf('name', ['%O%', '%jr']), [2]);
      await check((q) => q.regexMatch('name', '^[AB]'), [1, 2]);
      await check((q) => q.regexIMatch('name', '^ann$'), [1]);
      await check((q) => q.filter('name', 'match(any)', '{^A,^B}'), [1, 2]);
    });

    test('is', async () => {
      await check((q) => q.is('amount', null), [3]);
      await check((q) => q.is('ready', true), [1]);
      await check((q) => q.is('ready', false), [2]);
      await check((q) => q.filter('ready', 'is', 'unknown'), [3, 4]);
      await check((q) => q.filter('amount', 'is', 'not_null'), [1, 2, 4]);
      await check((q) => q.filter('amount', 'is', 'NULL'), [3]);
      await check((q) => q.not('amount', 'is', null), [1, 2, 4]);
    });

    test('in: commas, quotes, backslashes and nothing', async () => {
      await check((q) => q.in('id', [1, 3]), [1, 3]);
      await check((q) => q.in('name', ['Bob, Jr', 'Ann']), [1, 2]);
      await check((q) => q.in('name', ['Cy "C" O\'Neil']), [3]);
      await check((q) => q.filter('name', 'in', '("Cy \\"C\\" O\'Neil","back\\\\slash (x) 50%")'), [3, 4]);
      await check((q) => q.in('id', []), []);
      await check((q) => q.notIn('id', [1, 2]), [3, 4]);
      await check((q) => q.not('id', 'in', '(1,2)'), [3, 4]);
    });

    test('arrays, JSON and ranges contain and overlap', async () => {
      await check((q) => q.contains('tags', ['b']), [1, 2]);
      await check((q) => q.contains('tags', ['"c,d"']), [2]);
      await check((q) => q.containedBy('tags', ['a', 'b', 'z']), [1, 4]);
      await check((q) => q.overlaps('tags', ['a', 'x']), [1]);
      await check((q) => q.contains('extra', { kind: 'x' }), [1]);
      await check((q) => q.containedBy('extra', { kind: 'y', more: 1 }), [2]);
      await check((q) => q.contains('span', '[2,3)'), [1]);
      await check((q) => q.containedBy('span', '[0,10]'), [1, 2]);
      await check((q) => q.overlaps('span', '[4,6)'), [1, 2]);
    });

    test('ranges lie left and right of each other', async () => {
      await check((q) => q.rangeGt('span', '[1,5)'), [2, 3]);
      await check((q) => q.rangeGte('span', '[5,6)'), [2, 3]);
      await check((q) => q.rangeLt('span', '[9,10)'), [1, 2]);
      await check((q) => q.rangeLte('span', '[5,9)'), [1, 2]);
      await check((q) => q.rangeAdjacent('span', '[9,12)'), [2]);
    });

    test('text search in vectors and in plain text', async () => {
      await check((q) => q.textSearch('words', "'fat' & 'cat'", { config: 'english' }), [1]);
      await check((q) => q.textSearch('words', 'fat rats', { config: 'english', type: 'plain' }), [2]);
      await check((q) => q.textSearch('words', 'fat cats', { config: 'english', type: 'phrase' }), [1]);
      await check((q) => q.textSearch('words', 'fat -rat', { config: 'english', type: 'websearch' }), [1]);
      await check((q) => q.textSearch('name', 'ann'), [1]);
      await check((q) => q.textSearch('name', 'jr', { config: 'simple', type: 'plain' }), [2]);
      await check((q) => q.textSearch('extra->>kind', 'y', { config: 'simple' }), [2]);
      await check((q) => q.not('words', 'fts(english)', 'rat'), [1]);
    });

    test('and, or, not and what they enclose', async () => {
      await check((q) => q.or('id.eq.1,and(id.gt.1,ready.is.false)'), [1, 2]);
      await check((q) => q.or('name.eq."Bob, Jr",not.and(id.lt.3,id.gt.0)'), [2, 3, 4]);
      await check((q) => q.or('id.not.in.(2,3),name.eq."Cy \\"C\\" O\'Neil"'), [1, 3, 4]);
      await check((q) => q.or('name.ilike(any).{ann,"bob, jr"},id.eq.4'), [1, 2, 4]);
      await check((q) => q.or('id.eq.1,id.eq.2').or('id.eq.2,id.eq.3'), [2]);
      await check((q) => q.not('id', 'eq', 1).not('name', 'like', 'B%'), [3, 4]);
    });

    test('a filter inside or may hold an array, an object or a range', async () => {
      await check((q) => q.or('tags.cs.{a,b},id.eq.4'), [1, 4]);
      await check((q) => q.or('tags.ov.{"c,d",z},id.eq.4'), [2, 4]);
      await check((q) => q.or('extra.cs.{"kind":"x","n":[1]},id.eq.4'), [1, 4]);
      await check((q) => q.or('span.ov."[1,2)",id.eq.4'), [1, 4]);
      await check((q) => q.or('words.fts(english).rat,id.eq.4'), [2, 4]);
    });

    test('top-level and, not.or and not.and', async () => {
      const ids = async (query) => {
        const response = await backend.rest(`/things?select=id&order=id&${query}`);
        return (await response.json()).map(({ id }) => id);
      };
      assert.deepEqual(await ids('and=(id.gt.1,id.lt.4)'), [2, 3]);
      assert.deepEqual(await ids('not.or=(id.eq.1,id.eq.2)'), [3, 4]);
      assert.deepEqual(await ids('not.and=(id.gt.1,id.lt.4)'), [1, 4]);
    });

    test('JSON paths in filters, select and order', async () => {
      await check((q) => q.eq('extra->>kind', 'x'), [1]);
      await check((q) => q.eq('extra->n->1->>deep', 'yes'), [1]);
      await check((q) => q.eq('extra->n->0', 1), [1]);
      await check((q) => q.eq('extra->n->-1->>deep', 'yes'), [1]);
      await check((q) => q.eq('extra->"a.b"', 1), [1]);
      await check((q) => q.eq('extra->>"0"', 'zero'), [1]);
      await check((q) => q.eq('plain->k', 1), [1]);
      await check((q) => q.or('extra->>kind.eq.y,extra->n->>0.eq.1'), [1, 2]);
      const client = backend.client();
      const { data } = await client
        .from('things')
        .select('extra->kind, extra->n->1->>deep, extra->n->0, first:extra->n->>0')
        .order('extra->>kind', { ascending: false, nullsFirst: false })
        .limit(2);
      assert.deepEqual(data, [
        { kind: 'y', deep: null, n: null, first: null },
        { kind: 'x', deep: 'yes', n: 1, first: '1' },
      ]);
    });

    test('a quoted name has a dot in it', async () => {
      await check((q) => q.eq('"my.col"', 'dotted'), [1]);
      const { data } = await backend.client().from('things').select('"my.col"').order('"my.col"').limit(1);
      assert.deepEqual(data, [{ 'my.col': 'dotted' }]);
    });

    test('the same filter may be given twice', () => check((q) => q.gt('id', 1).gt('id', 2), [3, 4]));

    test('what is not a filter is refused where it stops making sense', async () => {
      const cases = [
        [
          'id=zz.1',
          '"failed to parse filter (zz.1)" (line 1, column 1)',
          /^unexpected "z" expecting operator/,
        ],
        [
          'id=is.nul',
          '"failed to parse filter (is.nul)" (line 1, column 4)',
          /^unexpected "n" expecting null or/,
        ],
        ['id=in.1', '"failed to parse filter (in.1)" (line 1, column 4)', /expecting "\("/],
        ['id=neq(any).1', '"failed to parse filter (neq(any).1)" (line 1, column 4)', /expecting "\."/],
        [
          'or=(id.eq.1',
          '"failed to parse logic tree ((id.eq.1)" (line 1, column 9)',
          /end of input expecting "\)"/,
        ],
        ['or=()', '"failed to parse logic tree (())" (line 1, column 2)', /expecting field name/],
        [
          'or=(id.eq.a,b)',
          '"failed to parse logic tree ((id.eq.a,b))" (line 1, column 11)',
          /expecting "\."/,
        ],
        ['order=id.up', '"failed to parse order (id.up)" (line 1, column 3)', /^unexpected "\."/],
        ['select=id,,name', '"failed to parse select parameter (id,,name)" (line 1, column 4)', /field name/],
      ];
      for (const [query, message, details] of cases) {
        const response = await backend.rest(`/things?${query}`);
        const error = await response.json();
        assert.deepEqual([response.status, error.code, error.message], [400, 'PGRST100', message]);
        assert.match(error.details, details);
      }
    });
  },
  { prepare },
);
