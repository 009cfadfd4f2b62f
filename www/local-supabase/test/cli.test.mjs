import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { migrations, seed } from './support.mjs';

const command = fileURLToPath(new URL('../bin/wedsync-local-supabase.js', import.meta.url));

const children = new Set();

function launch(args, env = {}) {
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, DATABASE_URL: '', ...env },
  });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** Runs the command to its end. */
async function run(args, env) {
  const child = launch(args, env);
  const texts = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const [code] = await once(child, 'exit');
  const [stdout, stderr] = (await texts).map((parts) => Buffer.concat(parts).toString());
  return { code, stdout, stderr };
}

/** Starts the command and waits for its line. */
async function ready(args) {
  const child = launch([...args, '--json']);
  const exited = once(child, 'exit').then(async ([code]) => {
    throw new Error(`exit code ${code}: ${(await child.stderr.toArray()).join('')}`);
  });
  exited.catch(() => {});
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  return {
    ready: JSON.parse(line),
    async stop(signal) {
      child.kill(signal);
      return (await once(child, 'exit'))[0];
    },
  };
}

describe('command', () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  test('what cannot work is said in one sentence, with exit code 2', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();
    await writeFile(join(folder, '1_broken.sql'), 'create table good (id int);\ncreate tabel oops (id int);');
    const cases = [
      [['--nope'], {}, /^Unknown option '--nope'.*--help/],
      [['--port', 'abc'], {}, /^--port takes a whole number, not "abc"\.$/],
      [['--port', '70000'], {}, /^The port must be a number from 0 to 65535, not 70000\.$/],
      [['--migrations', join(folder, 'missing')], {}, /^The migrations folder .*missing cannot be read/],
      [
        ['--migrations', folder],
        {},
        /^The migration 1_broken\.sql failed and was rolled back: syntax error at or near "tabel"/,
      ],
      [['--seed', join(folder, 'missing.sql')], {}, /^The seed .*missing\.sql cannot be read/],
      [['--port', String(port)], {}, new RegExp(`^The backend's port ${port} on 127.0.0.1 is in use: `)],
      [
        [],
        { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' },
        /^The database of DATABASE_URL \(127\.0\.0\.1:1\) cannot be reached: /,
      ],
      [['--data-dir', folder], { DATABASE_URL: 'postgres://127.0.0.1/x' }, /exclude each other/],
    ];
    for (const [args, env, message] of cases) {
      const { code, stdout, stderr } = await run(args, env);
      assert.match(stderr.trimEnd(), message);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      assert.doesNotMatch(stderr, /hunter2/);
    }
    taken.close();
  });

  test('--help names every option', async () => {
    const { code, stdout } = await run(['--help']);
    assert.equal(code, 0);
    for (const option of ['port', 'host', 'migrations', 'seed', 'data-dir', 'control-port', 'json']) {
      assert.match(stdout, new RegExp(`--${option}\\b`));
    }
  });

  test('a data folder keeps rows, users and keys over a restart', async () => {
    const args = [
      '--port',
      '0',
      '--migrations',
      migrations,
      '--seed',
      seed,
      '--data-dir',
      join(folder, 'data'),
    ];
    const first = await ready(args);
    const { url, anonKey, serviceRoleKey, controlUrl } = first.ready;
    assert.equal(controlUrl, null);
    const headers = { apikey: serviceRoleKey, 'content-type': 'application/json' };
    const supplier = { name: 'Fern & Petal', kind: 'florist' };
    const added = await fetch(`${url}/rest/v1/suppliers`, {
      method: 'POST',
      headers,
      body: JSON.stringify(supplier),
    });
    assert.equal(added.status, 201);
    assert.equal(await first.stop('SIGTERM'), 0);

    const second = await ready(args);
    assert.equal(second.ready.anonKey, anonKey);
    const names = await fetch(`${second.ready.url}/rest/v1/suppliers?select=name&order=name`, { headers });
    assert.deepEqual(
      (await names.json()).map(({ name }) => name),
      ['Fern & Petal', 'Lumen & Lace', 'Rosewood Barn'],
    );
    assert.equal(await second.stop('SIGINT'), 0);
  });
});
