import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { killAll, launch, ready, run } from './command.mjs';
import { amelia, migrations, password, seed } from './support.mjs';

describe('command', () => {
  let folder;
  let taken;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
    // Another user must get as far as the folder that it may not write.
    await chmod(folder, 0o755);
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
  });
  after(async () => {
    killAll();
    taken.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function fails(args, env, message, options) {
    const { code, stdout, stderr } = await run(args, env, options);
    assert.match(stderr.trimEnd(), message);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }

  /** A folder of files that the test needs. */
  async function files(name, contents) {
    const path = join(folder, name);
    await mkdir(path);
    for (const [file, text] of Object.entries(contents)) await writeFile(join(path, file), text);
    return path;
  }

  const largest = 2147483647;
  for (const [args, message, env = {}] of [
    [['--nope'], /^Unknown option '--nope': see --help for the options there are\.$/],
    [['elsewhere'], /^Unexpected argument 'elsewhere'.*: see --help/],
    [['--port'], /^--port needs a value: see --help\.$/],
    [['--seed', '--json'], /^--seed needs a value: see --help\.$/],
    [['--json=yes'], /^Option '--json' does not take an argument: see --help/],
    [['--port', 'abc'], /^--port takes a whole number, not "abc"\.$/],
    [['--control-port', '1.5'], /^--control-port takes a whole number, not "1\.5"\.$/],
    [['--port', '70000'], /^The port must be a number from 0 to 65535, not 70000\.$/],
    [['--control-port', '70000'], /^The control port must be a number from 0 to 65535, not 70000\.$/],
    [['--port', '7', '--control-port', '7'], /^Port 7 cannot be both the project's and the control server's/],
    [
      ['--access-token-lifetime-seconds', 'long'],
      /^--access-token-lifetime-seconds takes a whole number, not/,
    ],
    [
      ['--access-token-lifetime-seconds', '0'],
      /^The lifetime of access tokens must be .* from 1 .*, not 0\.$/,
    ],
    [['--jwt-secret', 'x'.repeat(32)], /^Unknown option '--jwt-secret'/],
    [[], /^The JWT secret is too short: give JWT_SECRET at least 32 characters/, { JWT_SECRET: 'short' }],
    [['--realtime', 'idleTimeoutMs'], /^--realtime takes NAME=VALUE, not "idleTimeoutMs"\.$/],
    [['--realtime', 'toString=1'], /^There is no realtime setting toString: there are .*idleTimeoutMs, /],
    [
      ['--realtime', 'idleTimeoutMs=none'],
      /^The realtime setting idleTimeoutMs takes a whole .*, not "none"\.$/,
    ],
    [
      ['--realtime', `idleTimeoutMs=${largest + 1}`],
      /takes a whole number up to 2147483647, not 2147483648\.$/,
    ],
    [
      ['--realtime', 'maxConnections=-1'],
      /^The realtime setting maxConnections takes .*, or none, not "-1"\.$/,
    ],
    [['--realtime', 'subscriptionDelayMs=30-3'], /takes milliseconds, least and most, .*, not "30-3"\.$/],
    [
      ['--realtime', 'privateOnly=yes'],
      /^The realtime setting privateOnly takes true or false, not "yes"\.$/,
    ],
    [
      ['--seed', '/nowhere.sql'],
      /^The seed \/nowhere\.sql does not exist: name a file of SQL with --seed\.$/,
    ],
    [['--host', '203.0.113.1'], /^The host 203\.0\.113\.1 is not an address of this machine/],
    [
      ['--data-dir', '/x'],
      /^A data folder and DATABASE_URL exclude each other/,
      { DATABASE_URL: 'postgres://x/y' },
    ],
  ]) {
    test(`refused: ${args.join(' ')} ${Object.keys(env)}`, () => fails(args, env, message));
  }

  test('a used port is named, the project’s and the control server’s', async () => {
    const { port } = taken.address();
    await fails(
      ['--port', String(port)],
      {},
      new RegExp(`^The backend's port ${port} on 127.0.0.1 is in use: `),
    );
    await fails(
      ['--port', '0', '--control-port', String(port)],
      {},
      new RegExp(`^The control server's port ${port} on 127.0.0.1 is in use: `),
    );
  });

  test('migrations and seeds that cannot be read', async () => {
    const unnamed = await files('unnamed', { 'create.sql': '' });
    const twice = await files('twice', { '1_a.sql': '', '1_b.sql': '' });
    const nested = await files('nested', {});
    await mkdir(join(nested, '1_folder.sql'));
    await fails(
      ['--migrations', join(folder, 'missing')],
      {},
      /^The migrations folder .*missing does not exist: /,
    );
    await fails(['--migrations', seed], {}, /^The migrations folder .*seed\.sql is not a folder: /);
    await fails(['--migrations', unnamed], {}, /^The migration create\.sql has no version: /);
    await fails(['--migrations', twice], {}, /^The migrations 1_a\.sql and 1_b\.sql have the same version: /);
    await fails(['--migrations', nested], {}, /^The migration 1_folder\.sql is a folder: /);
    await fails(['--seed', folder], {}, /^The seed .* is a folder: name a file of SQL with --seed\.$/);
  });

  test('what is wrong in a migration or a seed is shown to the character', async () => {
    const broken = await files('broken', {
      // One character that is two for JavaScript comes first, and a byte order mark that editors write.
      '1_table.sql': "\uFEFFcreate table good (note text default '💍');\n  create tabel oops (id int);\n",
      'seed.txt': 'select 1;\n\nselect nothing from nowhere;',
    });
    await fails(
      ['--port', '0', '--migrations', broken],
      {},
      /^The migration 1_table\.sql failed at line 2, column 10, and was rolled back: syntax error at or near "tabel"\.$/,
    );
    await fails(
      ['--port', '0', '--seed', join(broken, 'seed.txt')],
      {},
      /^The seed seed\.txt failed at line 3, column 21, and was rolled back: relation "nowhere" does not exist\.$/,
    );
  });

  test('an error of the data has no place, and undoes the whole file', async () => {
    const migration = await files('unique', {
      '1_ones.sql': 'create table public.ones (one int unique);\ninsert into ones values (1), (1);',
    });
    const data = join(folder, 'unique-data');
    const args = ['--port', '0', '--data-dir', data, '--migrations', migration];
    const message =
      /^The migration 1_ones\.sql failed and was rolled back: duplicate key value violates unique/;
    await fails(args, {}, message);
    // A table left behind would be the error of the second time.
    await fails(args, {}, message);
  });

  test('what cannot run in a transaction is said so', async () => {
    for (const [name, statement] of [
      ['concurrent', 'create index concurrently things_name on things (name);'],
      ['vacuum', 'vacuum things;'],
    ]) {
      const migration = await files(name, { '1_it.sql': `create table things (name text);\n${statement}` });
      await fails(
        ['--port', '0', '--migrations', migration],
        {},
        /^The migration 1_it\.sql cannot be applied: (CREATE INDEX CONCURRENTLY|VACUUM) cannot .*, and each file is applied in one; /,
      );
    }
  });

  test('data folders that cannot be used', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const documents = await files('documents', { 'letter.txt': 'Dear Amelia' });
    await fails(
      ['--port', '0', '--data-dir', file],
      {},
      /^The data folder .*file is a file, or lies in one: /,
    );
    await fails(
      ['--port', '0', '--data-dir', join(file, 'data')],
      {},
      /^The data folder .* is a file, or lies in one/,
    );
    await fails(
      ['--port', '0', '--data-dir', documents],
      {},
      /^The data folder .*documents has other files and no database in it: /,
    );
    assert.equal(await readFile(join(documents, 'letter.txt'), 'utf8'), 'Dear Amelia');
  });

  // Root may write anywhere, so it lends the command another user; whoever is not root takes root's folder.
  test('a data folder that may not be written', async () => {
    const isRoot = process.getuid() === 0;
    const parent = isRoot ? await files('roots', {}) : '/';
    const other = isRoot ? { uid: 65534, gid: 65534 } : {};
    await fails(
      ['--port', '0', '--data-dir', join(parent, 'data')],
      {},
      /^The data folder .*data may not be written by this user: /,
      other,
    );
  });

  test('--help names every option, aligned, and --version the version', async () => {
    const { code, stdout } = await run(['--help']);
    assert.equal(code, 0);
    const source = await readFile(new URL('../dist/cli/options.js', import.meta.url), 'utf8');
    const names = [...source.matchAll(/^ +'?([\w-]+)'?: \{ type: '/gm)].map(([, name]) => name);
    assert.ok(names.length > 10);
    const described = [...stdout.matchAll(/^ {2}--([\w-]+)[^\n]*/gm)];
    assert.deepEqual(described.map(([, name]) => name).sort(), names.sort());
    const columns = stdout.matchAll(/^ {2}((?:--|[A-Z]+_)[\w-]+(?: [A-Z=]+)? +)\S/gm);
    assert.equal(new Set([...columns].map(([, head]) => head.length)).size, 1);
    for (const name of ['DATABASE_URL', 'JWT_SECRET', 'maxConnections'])
      assert.match(stdout, new RegExp(name));
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    assert.deepEqual(await run(['--version']), { code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  test('a key of one’s own is that of the external services', async () => {
    const environment = { WEDSYNC_EXTERNAL_KEY: 'only-for-this-test' };
    const backend = await ready([], environment);
    assert.equal(backend.externalKey, environment.WEDSYNC_EXTERNAL_KEY);
    const ask = (key) =>
      fetch(`${backend.url}/external/calendar/v1/status`, { headers: { authorization: `Bearer ${key}` } });
    assert.deepEqual(
      [(await ask(backend.externalKey)).status, (await ask('local-external-key')).status],
      [200, 401],
    );
    assert.equal(await backend.stop(), 0);
    await fails(
      ['--port', '0'],
      { WEDSYNC_EXTERNAL_KEY: 'two words' },
      /^The key of the external services cannot/,
    );
  });

  test('a lifetime and a secret of one’s own are the tokens’', async () => {
    const secret = 'only-for-this-test-0123456789abcdef';
    const backend = await ready(
      ['--migrations', migrations, '--seed', seed, '--access-token-lifetime-seconds', '77'],
      { JWT_SECRET: secret },
    );
    const response = await fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers: { apikey: backend.anonKey, 'content-type': 'application/json' },
      body: JSON.stringify({ email: amelia, password }),
    });
    assert.equal((await response.json()).expires_in, 77);
    assert.equal(await backend.stop(), 0);
    const again = await ready([], { JWT_SECRET: secret });
    assert.equal(again.anonKey, backend.anonKey);
    assert.equal(await again.stop(), 0);
  });

  test('--realistic takes a hosted project’s delays, and single settings go before them', async () => {
    const refusal = async (...args) => {
      const backend = await ready(args);
      const url = `${backend.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=wrong&vsn=2.0.0`;
      const asked = performance.now();
      const [, response] = await once(
        new WebSocket(url).on('error', () => {}),
        'unexpected-response',
      );
      assert.equal(response.statusCode, 401);
      const took = performance.now() - asked;
      response.destroy();
      assert.equal(await backend.stop(), 0);
      return took;
    };
    assert.ok((await refusal('--realistic')) >= 1_990);
    assert.ok((await refusal('--realistic', '--realtime', 'refusedHandshakeDelayMs=700')) < 1_990);
    assert.ok((await refusal('--refused-handshake-delay-ms', '700')) >= 690);
  });

  test('a signal ends it, at once and while it starts', async () => {
    const backend = await ready([]);
    assert.equal(await backend.stop('SIGINT'), 0);
    const data = join(folder, 'early');
    const starting = launch(['--port', '0', '--data-dir', data]);
    while ((await readFile(join(data, 'local-supabase.lock')).catch(() => null)) === null) {
      await new Promise(setImmediate);
    }
    const ended = once(starting, 'exit');
    starting.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});
