import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPGlite } from '../dist/database/pglite.js';
import { readSnapshot } from '../dist/database/snapshot.js';

test('the snapshot is only unpacked for a database that is new', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-supabase-'));
  let reads = 0;
  const open = () =>
    openPGlite(join(folder, 'data'), () => {
      reads += 1;
      return readSnapshot();
    });
  for (let start = 0; start < 2; start += 1) {
    const database = await open();
    assert.equal((await database.query('select from auth.users')).rows.length, 0);
    await database.close();
    assert.equal(reads, 1);
  }
  await rm(folder, { recursive: true });
});
