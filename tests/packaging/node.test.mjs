import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { installedPackageDir, root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/process.mjs';

/**
 * Imports an entry point in a fresh Node.js and reports what that changed.
 * @param {string} name
 */
async function importFresh(name) {
  const program = `
    const calls = [];
    for (const name of ['fetch', 'WebSocket', 'setTimeout', 'setInterval', 'Worker']) {
      const real = globalThis[name];
      globalThis[name] = function (...args) {
        calls.push(name);
        return Reflect.construct(real ?? Object, args);
      };
    }
    // Reading each once also makes Node.js create those that it creates on first use.
    const values = () => new Map(Reflect.ownKeys(globalThis).map((key) => [key, globalThis[key]]));
    values();
    const before = values();
    const module = await import(${JSON.stringify(name)});
    const changed = [...values()]
      .filter(([key, value]) => !before.has(key) || !Object.is(before.get(key), value))
      .map(([key]) => String(key));
    console.log(JSON.stringify({ exports: Object.keys(module).sort(), calls, changed }));
  `;
  const { code, stdout, output } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
  });
  assert.equal(code, 0, output);
  return JSON.parse(stdout);
}

test('a plain Node.js imports the package: no call, no global changed, and it ends by itself', async () => {
  const { exports, ...effects } = await importFresh('@wedsync/dashboard');
  assert.deepEqual(exports, [
    'DashboardCacheManager',
    'DashboardCircuitBreaker',
    'DashboardError',
    'DashboardHealthMonitor',
    'DashboardIntegrationClient',
    'DashboardPolicy',
    'RealtimeSubscriptionManager',
    'RetryManager',
    'cachePersister',
    'createDashboard',
    'filter',
    'init',
  ]);
  assert.deepEqual(effects, { calls: [], changed: [] });
});

test('and its React face', async () => {
  const { exports, ...effects } = await importFresh('@wedsync/dashboard/react');
  assert.deepEqual(exports, [
    'DashboardProvider',
    'useConnection',
    'useDashboard',
    'useHealth',
    'usePresence',
    'useResource',
    'useService',
    'useSubscription',
  ]);
  assert.deepEqual(effects, { calls: [], changed: [] });
});

test('and its face for servers, which brings neither the module nor React nor ioredis', async () => {
  const { exports, ...effects } = await importFresh('@wedsync/dashboard/server');
  assert.deepEqual(exports, ['DashboardError', 'createCacheHandler']);
  assert.deepEqual(effects, { calls: [], changed: [] });
  const seen = new Set(['server.js']);
  const named = new Set();
  for (const file of seen) {
    const text = readFileSync(join(installedPackageDir, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const [, from = ''] of text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
      if (from.startsWith('.')) seen.add(join(dirname(file), from));
      else named.add(from);
    }
  }
  assert.ok(seen.has('server/handler.js') && seen.size > 15, [...seen].join());
  assert.deepEqual([...named].sort(), ['jose', 'lru-cache', 'node:buffer', 'node:crypto', 'valibot']);
  assert.deepEqual(
    [...seen].filter((file) => /wedsync_dashboard|snippets|react|module/.test(file)),
    [],
  );
});

test('what is not an entry point cannot be imported', async () => {
  const inner = '@wedsync/dashboard/store.js';
  await assert.rejects(import(inner), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
});

test('on a server `init` says where the module runs, instead of failing somewhere inside', async () => {
  const { init, DashboardError } = await import('@wedsync/dashboard');
  await assert.rejects(init(), (error) => error instanceof DashboardError && error.code === 'not_in_browser');
});

test('on a server a filter is made, and a manager leaves the session of its client alone', async () => {
  const { filter, RealtimeSubscriptionManager } = await import('@wedsync/dashboard');
  const at = new Date(0);
  assert.deepEqual(filter().eq('id', 7).not.in('at', [at]).conditions, [
    { column: 'id', operator: 'eq', value: 7 },
    { column: 'at', operator: 'in', value: [at], not: true },
  ]);
  let used = 0;
  const auth = new Proxy(/** @type {any} */ ({}), {
    get: () => () => {
      used += 1;
    },
  });
  const supabase = { supabaseUrl: 'https://ref.supabase.co', supabaseKey: 'key', auth };
  const manager = new RealtimeSubscriptionManager({ supabase });
  assert.equal(manager.getConnectionState(), 'idle');
  manager.close();
  assert.equal(used, 0);
});
