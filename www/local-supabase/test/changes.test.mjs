import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amelia, describeOnEachStorage, joinPayload, rosewood } from './support.mjs';

const kinds = { event: '*', schema: 'public', table: 'kinds' };

const schema = `
  create table public.kinds (
    id int primary key, i8 int8, num numeric, f8 float8, b bool, t text, vc varchar, ta text[], ia int[],
    j json, jb jsonb, tz timestamptz, ts timestamp, d date, u uuid, by bytea, iv interval
  );
  alter table public.kinds replica identity full;
  create table public.secretless (id int primary key);
  revoke all on public.secretless from anon, authenticated;
  create table public.partly (id int primary key, seen text, hidden text);
  revoke all on public.partly from anon;
  grant select (id, seen) on public.partly to anon;
  create table public.unpublished (id int primary key);
  create table public.keyless (note text);
  grant select on public.keyless to anon;
  alter publication supabase_realtime add table public.kinds, public.secretless, public.partly, public.keyless;
`;

const prepare = (backend) => backend.sql(schema);

describeOnEachStorage(
  'postgres_changes',
  (backend) => {
    /** Joins with these bindings and takes the two answers. */
    async function listen(changes, options = {}) {
      const socket = await backend.socket();
      socket.send(['1', '1', 'realtime:x', 'phx_join', joinPayload({ changes, ...options })]);
      const [, , , event, reply] = await socket.nextJson();
      assert.deepEqual([event, reply.status], ['phx_reply', 'ok']);
      return { socket, bindings: reply.response.postgres_changes, system: await socket.nextJson() };
    }

    test('a change of every type of column arrives as the real server sends it', async () => {
      const { socket, bindings, system } = await listen([kinds]);
      assert.deepEqual(system, [
        '1',
        null,
        'realtime:x',
        'system',
        { message: 'Subscribed to PostgreSQL', status: 'ok', extension: 'postgres_changes', channel: 'x' },
      ]);
      await backend.sql(`insert into public.kinds values (1, 9007199254740993, 12345.678900, 1.5, true, 'text ✓', 'vc',
      '{a,"b c",NULL}', '{1,2}', '{"a": 1}', '{"b": [1, null, "x"]}', '2026-01-02 03:04:05.678901+02',
      '2026-01-02 03:04:05.5', '2026-01-02', '11111111-1111-4111-8111-111111111111', '\\xdeadbeef', '1 day 02:03')`);
      const text = await socket.next();
      const record =
        '{"b": true, "d": "2026-01-02", "j": {"a": 1}, "t": "text ✓", "u": "11111111-1111-4111-8111-111111111111", ' +
        '"by": "deadbeef", "f8": 1.5, "i8": 9007199254740993, "ia": [1, 2], "id": 1, "iv": "1 day 02:03:00", ' +
        '"jb": {"b": [1, null, "x"]}, "ta": ["a", "b c", null], "ts": "2026-01-02T03:04:05.5", ' +
        '"tz": "2026-01-02T01:04:05.678901+00:00", "vc": "vc", "num": 12345.678900}';
      const head =
        '[null,null,"realtime:x","postgres_changes",{"data":{"table":"kinds","type":"INSERT","record":';
      assert.ok(text.startsWith(`${head}${record},"columns":[{"name": "id", "type": "int4"}`), text);
      assert.ok(text.endsWith(`},"ids":[${bindings[0].id}]}]`), text);
      const { data } = JSON.parse(text)[4];
      assert.deepEqual(Object.keys(data), [
        'table',
        'type',
        'record',
        'columns',
        'errors',
        'schema',
        'commit_timestamp',
      ]);
      assert.equal(data.columns.find(({ name }) => name === 'ta').type, '_text');
      assert.match(data.commit_timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

      await backend.sql("update public.kinds set t = 'changed' where id = 1");
      const [, , , , { data: update }] = await socket.nextJson();
      assert.deepEqual([update.type, update.record.t, update.old_record.t], ['UPDATE', 'changed', 'text ✓']);
      await backend.sql('delete from public.kinds');
      const [, , , , { data: removal }] = await socket.nextJson();
      assert.deepEqual([removal.type, 'record' in removal, removal.old_record.id], ['DELETE', false, 1]);
      socket.close();
    });

    test('changes of one transaction come together, in order, and nothing of a rollback', async () => {
      const { socket } = await listen([kinds]);
      await backend.sql('begin; insert into public.kinds (id) values (99); rollback');
      await backend.sql(
        `begin; insert into public.kinds (id) values (10), (11); update public.kinds set t = 'z'; commit`,
      );
      const seen = [];
      for (let count = 0; count < 4; count += 1) {
        const { data } = (await socket.nextJson())[4];
        seen.push([data.type, data.record.id, data.commit_timestamp]);
      }
      assert.deepEqual(
        seen.map(([type, id]) => [type, id]),
        [
          ['INSERT', 10],
          ['INSERT', 11],
          ['UPDATE', 10],
          ['UPDATE', 11],
        ],
      );
      assert.equal(new Set(seen.map(([, , time]) => time)).size, 1);
      await backend.sql('truncate public.kinds');
      assert.deepEqual(await socket.untilHeartbeat(), []);
      socket.close();
    });

    test('filters compare as PostgreSQL does; the ids say which bindings matched, last one first', async () => {
      const filters = [
        'id=eq.5',
        'id=neq.5',
        'id=gt.4',
        'id=gte.5',
        'id=lt.10',
        'id=lte.5',
        't=in.("a,b",hello)',
        't=like.he%',
        't=ilike.HE%',
        'i8=is.null',
        't=not.eq.hello',
        'd=gt.2026-01-31,d=lt.2026-02-02',
        't=match.^h.l',
        't=isdistinct.bye',
        'b=is.true',
        '',
      ];
      const matches = new Set(filters.keys());
      for (const index of [1, 10, 14]) matches.delete(index);
      const { socket, bindings } = await listen([
        ...filters.map((filter) => ({ ...kinds, filter })),
        { ...kinds, event: 'insert' },
        { ...kinds, event: 'DELETE' },
      ]);
      await backend.sql("insert into public.kinds (id, t, d, b) values (5, 'hello', '2026-02-01', false)");
      const expected = [...bindings.filter((_, index) => matches.has(index) || index === filters.length)];
      const { ids } = (await socket.nextJson())[4];
      assert.deepEqual(ids, expected.map(({ id }) => id).reverse());
      await backend.sql('delete from public.kinds');
      socket.close();
    });

    test('a value in quotes is what they hold: its commas and parentheses separate nothing', async () => {
      const quoted = String.raw`"a,b (c) \"d\" \\"`;
      const filters = [
        `t=eq.${quoted}`,
        `t=in.(x,${quoted})`,
        't=not.in.("a,b",x)',
        't=like."a,b (%",id=eq.6',
        `t=neq.${quoted}`,
        't=eq."a,b"',
      ];
      const { socket, bindings } = await listen(filters.map((filter) => ({ ...kinds, filter })));
      await backend.sql(String.raw`insert into public.kinds (id, t) values (6, 'a,b (c) "d" \')`);
      const { ids } = (await socket.nextJson())[4];
      const met = bindings.slice(0, 4).map(({ id }) => id);
      assert.deepEqual(ids, met.reverse());
      await backend.sql('delete from public.kinds');
      socket.close();
    });

    test('the same binding has the same id on every channel and socket', async () => {
      const [one, two] = [
        await listen([kinds]),
        await listen([{ event: 'INSERT', schema: 'public' }, kinds]),
      ];
      assert.equal(one.bindings[0].id, two.bindings[1].id);
      assert.notEqual(two.bindings[0].id, two.bindings[1].id);
      one.socket.close();
      two.socket.close();
    });

    test('a binding that is wrong gets an ok reply and then its error', async () => {
      const unable = 'Unable to subscribe to changes with given parameters.';
      const cases = [
        [
          { table: 'nope' },
          `${unable} Please check Realtime is enabled for the given connect parameters: [event: *, schema: public, table: nope, filters: [], select: nil]`,
        ],
        [
          { table: 'unpublished' },
          `${unable} Please check Realtime is enabled for the given connect parameters: [event: *, schema: public, table: unpublished, filters: [], select: nil]`,
        ],
        [{ filter: 'id' }, 'Error parsing `filter` params: ["id"]'],
        [{ filter: 'id=zz.1' }, 'Error parsing `filter` params: ["zz", "1"]'],
        [
          { filter: 'id=in.1' },
          'Error parsing `filter` params: `in` filter value must be wrapped by parentheses',
        ],
        [
          { filter: 'id=eq.1,' },
          'Error parsing `filter` params: filter must not contain empty segments (check for extra commas)',
        ],
        [
          { filter: 'nocol=eq.1' },
          `${unable} An exception happened so please check your connect parameters: [event: *, schema: public, table: kinds, filters: [{"nocol", "eq", "1", false}], select: nil]. Exception: ERROR P0001 (raise_exception) invalid column for filter nocol`,
        ],
        [
          { filter: 'id=eq.abc' },
          `${unable} An exception happened so please check your connect parameters: [event: *, schema: public, table: kinds, filters: [{"id", "eq", "abc", false}], select: nil]. Exception: ERROR 22P02 (invalid_text_representation) invalid input syntax for type integer: "abc"`,
        ],
        [
          { filter: null },
          'No subscription params provided. Please provide at least a `schema` or `table` to subscribe to: %{"event" => "*", "filter" => nil, "schema" => "public", "table" => "kinds"}',
        ],
        [
          { select: 'id' },
          'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]',
        ],
      ];
      for (const [change, message] of cases) {
        const { socket, system } = await listen([{ ...kinds, ...change }]);
        assert.deepEqual(system[4], {
          message,
          status: 'error',
          extension: 'postgres_changes',
          channel: 'x',
        });
        socket.close();
      }
    });

    test('a table or column that may not be read is not told', async () => {
      const secretless = await listen([{ event: '*', schema: 'public', table: 'secretless' }]);
      await backend.sql('insert into public.secretless values (1)');
      const { data } = (await secretless.socket.nextJson())[4];
      assert.deepEqual(
        [data.record, data.columns, data.errors, data.commit_timestamp],
        [{}, [], ['Error 401: Unauthorized'], null],
      );
      await backend.sql('delete from public.secretless');
      const deletion = (await secretless.socket.nextJson())[4].data;
      assert.deepEqual(
        [deletion.type, 'record' in deletion, deletion.old_record, deletion.columns, deletion.errors],
        ['DELETE', false, {}, [], null],
      );
      const partly = await listen([{ event: '*', schema: 'public', table: 'partly' }]);
      await backend.sql("insert into public.partly values (1, 'yes', 'no')");
      assert.deepEqual((await partly.socket.nextJson())[4].data.record, { id: 1, seen: 'yes' });
      const selected = await listen([{ ...kinds, select: ['id', 't'] }]);
      await backend.sql("insert into public.kinds (id, t, vc) values (7, 'a', 'b')");
      assert.deepEqual((await selected.socket.nextJson())[4].data.record, { id: 7, t: 'a' });
      for (const { socket } of [secretless, partly, selected]) socket.close();
    });

    test('of a table without a primary key nothing is told but that', async () => {
      const { socket } = await listen([{ event: '*', schema: 'public', table: 'keyless' }]);
      await backend.sql("insert into public.keyless values ('note')");
      const { data } = (await socket.nextJson())[4];
      assert.deepEqual(
        [data.type, data.record, data.columns, data.errors],
        ['INSERT', {}, [], ['Error 400: Bad Request, no primary key']],
      );
      socket.close();
    });

    test('a table that is published while the server runs is heard of', async () => {
      await backend.sql(
        'create table public.late (id int primary key); alter publication supabase_realtime add table public.late',
      );
      const { socket } = await listen([{ event: '*', schema: 'public', table: 'late' }]);
      await backend.sql('insert into public.late values (1)');
      assert.equal((await socket.nextJson())[4].data.record.id, 1);
      socket.close();
    });

    test('the official client hears of a colleague adding a client', async () => {
      const client = await backend.signedIn(amelia);
      const heard = new Promise((resolve) => {
        client
          .channel('feed')
          .on(
            'postgres_changes',
            { event: 'INSERT', schema: 'public', table: 'activity', filter: `supplier_id=eq.${rosewood}` },
            resolve,
          )
          .on('system', {}, ({ status }) => {
            if (status === 'ok')
              client
                .from('clients')
                .insert({ supplier_id: rosewood, name: 'Nell' })
                .then(() => {});
          })
          .subscribe();
      });
      const change = await heard;
      assert.equal(change.eventType, 'INSERT');
      assert.equal(change.new.summary, 'New enquiry from Nell');
      await client.removeAllChannels();
      client.realtime.disconnect();
    });
  },
  { prepare },
);
