import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoPassword, demoUsers } from '../../scripts/lib/demo-users.mjs';
import { appDir } from '../../scripts/lib/paths.mjs';

test('the production build holds neither the demo’s password nor its users', () => {
  const folders = ['static', 'server'].map((name) => join(appDir, '.next', name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
  assert.ok(files.length > 50, `${files.length} files`);
  for (const file of files) {
    const content = readFileSync(file, 'latin1');
    for (const secret of [demoPassword, ...demoUsers.map(({ email }) => email)]) {
      assert.ok(!content.includes(secret), `${file} contains ${secret}`);
    }
  }
});
