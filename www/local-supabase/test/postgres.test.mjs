import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { amelia, carla, joinPayload, rosewood, startBackend } from './support.mjs';

/** Debian keeps the server's programs out of PATH. */
function findPrograms() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const folders = versions.map((version) => join(root, version, 'bin')).concat(process.env.PATH.split(':'));
  const folder = folders.find((candidate) => existsSync(join(candidate, 'initdb')));
  assert.ok(folder, "PostgreSQL's server programs are missing: install them (apt-get install postgresql).");
  return folder;
}

/** A PostgreSQL of its own in a temporary folder. It refuses to run as root, so root lends it another user. */
async function startPostgres() {
  const programs = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'local-supabase-postgres-'));
  const isRoot = process.getuid() === 0;
  const [uid, gid] = isRoot ? [65534, 65534] : [process.getuid(), process.getgid()];
  chownSync(folder, uid, gid);
  const run = (program, ...args) =>
    execFileSync(join(programs, program), args, { uid, gid, stdio: 'ignore', cwd: folder });
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  const data = join(folder, 'data');
  run('initdb', '-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--no-sync');
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -k ${folder} -c fsync=off -c wal_level=logical`;
  run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start');
  return {
    url: `postgres://owner@127.0.0.1:${port}/postgres`,
    stop() {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe('any PostgreSQL by its URL', () => {
  let postgres;
  let backend;
  before(async () => {
    postgres = await startPostgres();
    backend = await startBackend({ databaseUrl: postgres.url });
  });
  after(async () => {
    await backend?.stop();
    postgres?.stop();
  });

  test('sign-in, policies and errors are the same', async () => {
    const client = await backend.signedIn(amelia);
    const { data, count } = await client
      .from('clients')
      .select('supplier_id,activity(kind)', { count: 'exact' });
    assert.ok(count >= 12);
    assert.ok(data.every((row) => row.supplier_id === rosewood && row.activity.length > 0));
    assert.equal((await client.from('clients').select('*').eq('id', 'abc')).error.code, '22P02');
    const other = await backend.signedIn(carla);
    assert.equal(
      (await other.from('clients').insert({ supplier_id: rosewood, name: 'X' })).error.code,
      '42501',
    );
    assert.equal((await client.rpc('is_supplier_member', { supplier: rosewood })).data, true);
  });

  test('changes and broadcasts come in the order of the commits', async () => {
    const socket = await backend.socket();
    const changes = [
      { event: 'INSERT', schema: 'public', table: 'clients', filter: `supplier_id=eq.${rosewood}` },
    ];
    const token = await backend.tokenOf(amelia);
    const topic = `realtime:supplier:${rosewood}`;
    socket.send(['1', '1', topic, 'phx_join', joinPayload({ changes, token, private: true })]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    assert.equal((await socket.nextJson())[4].message, 'Subscribed to PostgreSQL');
    const names = Array.from({ length: 20 }, (_, index) => `Couple ${index}`);
    for (const name of names) {
      await backend.sql(`insert into public.clients (supplier_id, name) values ('${rosewood}', '${name}')`);
    }
    const seen = { changes: [], broadcasts: 0 };
    while (seen.changes.length < names.length || seen.broadcasts < names.length) {
      const frame = await socket.next();
      if (typeof frame === 'string') seen.changes.push(JSON.parse(frame)[4].data.record.name);
      else seen.broadcasts += 1;
    }
    assert.deepEqual(seen.changes, names);
    socket.close();
  });

  test('a second start finds everything in place and the same keys', async () => {
    const { anonKey } = backend;
    const [{ count }] = await backend.sql('select count(*)::int as count from public.clients');
    await backend.stop();
    backend = await startBackend({ databaseUrl: postgres.url });
    assert.equal(backend.anonKey, anonKey);
    assert.deepEqual(await backend.sql('select count(*)::int as count from public.clients'), [{ count }]);
  });

  test('a failed script leaves no connection in its transaction', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await assert.rejects(backend.sql('begin; select nope'));
    }
    assert.deepEqual(await backend.sql('select 1 as n'), [{ n: 1 }]);
  });
});
