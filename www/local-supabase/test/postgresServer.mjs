import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian keeps the server's programs out of PATH. */
function findPrograms() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const folders = versions.map((version) => join(root, version, 'bin')).concat(process.env.PATH.split(':'));
  const folder = folders.find((candidate) => existsSync(join(candidate, 'initdb')));
  assert.ok(folder, "PostgreSQL's server programs are missing: install them (apt-get install postgresql).");
  return folder;
}

/** A PostgreSQL of its own in a temporary folder, with further `name=value` settings. It refuses to run as root, so root lends it another user. */
export async function startPostgres(...further) {
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
  const settings = ['listen_addresses=127.0.0.1', 'fsync=off', ...further].map((setting) => `-c ${setting}`);
  const options = `-p ${port} -k ${folder} ${settings.join(' ')}`;
  run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  return {
    url: `postgres://owner@127.0.0.1:${port}/postgres`,
    stop() {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
