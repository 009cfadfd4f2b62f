import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import pg from 'pg';
import { killAll, ready, run } from './command.mjs';
import { startPostgres } from './postgresServer.mjs';
import { amelia, migrations, rosewood, seed, startBackend } from './support.mjs';

describe('any PostgreSQL by its URL', () => {
  let postgres;
  let owner;
  before(async () => {
    postgres = await startPostgres();
    owner = new pg.Client({ connectionString: postgres.url });
    await owner.connect();
  });
  after(async () => {
    killAll();
    await owner.end();
    postgres.stop();
  });

  const urlOf = (database, role = 'owner') => {
    const url = new URL(postgres.url);
    url.pathname = database;
    url.username = role;
    return url.href;
  };
  const create = async (database, more = '') => {
    await owner.query(`create database ${database} ${more}`);
    return urlOf(database);
  };

  async function refusal(databaseUrl) {
    const { code, stdout, stderr } = await run(['--port', '0'], { DATABASE_URL: databaseUrl });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^[^\n]+\n$/);
    return stderr.trimEnd();
  }

  test('starts at once on one database and on others prepare each of them once', async () => {
    const [first, second] = [await create('first'), await create('second')];
    const args = ['--migrations', migrations, '--seed', seed];
    // One server's roles belong to all of its databases, so those meet as well.
    const backends = await Promise.all(
      [first, first, first, second, second].map((url) => ready(args, { DATABASE_URL: url })),
    );
    assert.equal(new Set(backends.slice(0, 3).map(({ anonKey }) => anonKey)).size, 1);
    assert.notEqual(backends[0].anonKey, backends[3].anonKey);
    for (const backend of backends) assert.equal(await backend.stop(), 0);
  });

  test('a later start finds everything in place and the same keys', async () => {
    const databaseUrl = await create('kept');
    const backend = await startBackend({ databaseUrl });
    await backend.sql("insert into public.suppliers (name, kind) values ('Fern & Petal', 'florist')");
    await backend.stop();
    const again = await startBackend({ databaseUrl });
    assert.equal(again.anonKey, backend.anonKey);
    assert.equal((await again.sql('select from public.suppliers')).length, 3);
    const { data } = await (await again.signedIn(amelia)).from('suppliers').select('id');
    assert.deepEqual(data, [{ id: rosewood }]);
    await again.stop();
  });

  test('a role that may not prepare it is told what it lacks', async () => {
    await create('closed');
    await owner.query('create role nobody login');
    assert.equal(
      await refusal(urlOf('closed', 'nobody')),
      'The role nobody of DATABASE_URL may not create or grant roles, does not own the database closed: use a superuser, or grant it that.',
    );
    // The roles are there by now, so a role that may not create them all can prepare a database of its own.
    await owner.query('create role somebody login createrole');
    const backend = await startBackend({ databaseUrl: await create('own', 'owner somebody') });
    await backend.stop();
    const asSomebody = await startBackend({ databaseUrl: urlOf('own', 'somebody') }).catch((cause) => cause);
    assert.match(
      asSomebody.message,
      /^The role of DATABASE_URL may not prepare this database \(.*\): use a superuser/,
    );
    const fresh = await create('fresh', 'owner somebody').then(() => urlOf('fresh', 'somebody'));
    const own = await startBackend({ databaseUrl: fresh });
    const client = await own.signedIn(amelia);
    assert.deepEqual((await client.from('suppliers').select('id')).data, [{ id: rosewood }]);
    await own.stop();
  });

  test('an unreachable, missing or refusing database is one sentence without the password', async () => {
    const { port } = new URL(postgres.url);
    for (const [url, message] of [
      [
        'postgres://me:hunter2@127.0.0.1:1/x',
        /^The database of DATABASE_URL \(127\.0\.0\.1:1\) cannot be reached: /,
      ],
      [`postgres://me:hunter2@127.0.0.1:${port}/x`, /cannot be reached: role "me" does not exist\. Check/],
      [
        `postgres://owner:hunter2@127.0.0.1:${port}/x`,
        /cannot be reached: database "x" does not exist\. Check/,
      ],
      [
        'postgres://me:hunter2@nowhere.invalid/x',
        /^The database of DATABASE_URL \(nowhere\.invalid\) cannot be reached/,
      ],
      ['postgres://me:hunter2/more@127.0.0.1/x', /^DATABASE_URL (is not a PostgreSQL URL|has a character)/],
      [
        'postgres://me:12/hunter2@127.0.0.1/x',
        /^DATABASE_URL has a character in its user or password that means/,
      ],
      ['postgres://me:hunter2#1@127.0.0.1/x', /^DATABASE_URL is not a PostgreSQL URL: write it as /],
      ['mysql://me:hunter2@127.0.0.1/x', /^DATABASE_URL is not a PostgreSQL URL: write it as /],
      ['hunter2', /^DATABASE_URL is not a PostgreSQL URL: write it as /],
    ]) {
      const sentence = await refusal(url);
      assert.match(sentence, message);
      assert.doesNotMatch(sentence, /hunter2/);
    }
  });

  test('a version below 15 is refused', async () => {
    const old = createServer((socket) => answerAs(socket, '140013')).listen(0, '127.0.0.1');
    await once(old, 'listening');
    assert.equal(
      await refusal(`postgres://me:hunter2@127.0.0.1:${old.address().port}/x`),
      'The database of DATABASE_URL is PostgreSQL 14: it must be 15 or newer.',
    );
    old.close();
  });

  test('from code, the same refusals are errors', async () => {
    await assert.rejects(startLocalSupabase({ port: 0, databaseUrl: 'hunter2' }), {
      name: 'StartError',
      message: /^DATABASE_URL is not a PostgreSQL URL/,
    });
  });
});

/** As much of PostgreSQL's protocol as it takes to be asked for the version: no server that old is at hand. */
function answerAs(socket, version) {
  const message = (type, ...parts) => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int16 = (value) => Buffer.from([value >> 8, value & 255]);
  const int32 = (value) => Buffer.concat([int16(value >> 16), int16(value & 65535)]);
  const idle = message('Z', Buffer.from('I'));
  let isOpen = false;
  socket.on('error', () => {});
  socket.on('data', (data) => {
    if (!isOpen) {
      isOpen = true;
      socket.write(Buffer.concat([message('R', int32(0)), idle]));
      return;
    }
    // A goodbye needs no answer; anything else is the one query.
    if (data.toString('latin1', 0, 1) === 'X') return;
    const name = Buffer.from('server_version_num\0');
    const column = Buffer.concat([name, int32(0), int16(0), int32(25), int16(65535), int32(-1), int16(0)]);
    const value = Buffer.from(version);
    socket.write(
      Buffer.concat([
        message('1'),
        message('2'),
        message('T', int16(1), column),
        message('D', int16(1), int32(value.length), value),
        message('C', Buffer.from('SHOW\0')),
        idle,
      ]),
    );
  });
}
