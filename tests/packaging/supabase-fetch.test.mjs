// Every call of supabase-js under the policy of the service `database`, against the embedded backend with faults.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, beforeEach, test } from 'node:test';
import { demoPassword, demoUsers } from '../../scripts/lib/demo-users.mjs';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { startModulePages } from './module-page.mjs';

/* What runs in the page. */
/** @type {any} */
const supabase = undefined;
/** Sets a fault of the backend's requests, in place of the others. @type {(fault: object | null) => Promise<void>} */
const fault = async () => {};
/** How many requests the database has had since the last fault was set. @type {() => Promise<number>} */
const sent = async () => 0;
/** @type {() => Promise<void>} */
const expire = async () => {};
/** A token of Amelia's, new each time. @type {() => Promise<string>} */
const signIn = async () => '';
/** A dashboard and a client of supabase-js whose calls go through it. @type {(more?: object) => Promise<any>} */
const begin = async () => undefined;
/** @type {(millis: number) => Promise<void>} */
const pause = async () => {};
void supabase;

const supabaseJs = createRequire(import.meta.url).resolve('@supabase/supabase-js/dist/umd/supabase.js');

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages({ migrations: migrationsDir, seed: seedFile });
});
after(() => pages.stop());
beforeEach(() => setFault(null));

/** @param {object | null} fault */
async function setFault(fault) {
  await fetch(`${pages.backend.controlUrl}/faults`, { method: 'DELETE' });
  await pages.control('/stats/reset', {});
  if (fault) await pages.control('/faults', { on: 'request', service: 'rest', ...fault });
}

async function requests() {
  const stats = await (await fetch(`${pages.backend.controlUrl}/stats`)).json();
  return /** @type {any} */ (stats).totals.requests.rest ?? 0;
}

async function token() {
  const response = await fetch(`${pages.backend.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: pages.backend.anonKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email: demoUsers[0]?.email, password: demoPassword }),
  });
  assert.equal(response.status, 200);
  return /** @type {{ access_token: string }} */ (await response.json()).access_token;
}

/** @param {import('@playwright/test').Page} page */
async function prepare(page) {
  await page.exposeFunction('fault', setFault);
  await page.exposeFunction('sent', requests);
  await page.exposeFunction('signIn', token);
  await page.exposeFunction('expire', () => pages.control('/tokens/expire', {}));
  await page.addScriptTag({ path: supabaseJs });
  await page.evaluate(`
    globalThis.pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
    globalThis.begin = async ({ database, ...more } = {}) => {
      const token = await signIn();
      const dashboard = await wedsync.createDashboard({
        ...options,
        accessToken: token,
        services: { database: { retry: { baseDelay: 1, maxDelay: 5 }, ...database } },
        ...more,
      });
      const client = supabase.createClient(options.url, options.key, {
        accessToken: async () => token,
        global: { fetch: dashboard.integrations.fetch('database') },
      });
      return { dashboard, client, token };
    };
    undefined;
  `);
}

/**
 * @template Result
 * @param {() => Promise<Result>} program
 */
async function inPage(program) {
  const { result, errors } = await pages.inPage(program, { prepare });
  assert.deepEqual(errors, []);
  return result;
}

test('one layer retries: the database is asked once and as often again as `maxRetries`, whatever fails', async () => {
  const result = await inPage(async () => {
    const told = [];
    for (const [name, set] of Object.entries({
      503: { action: 'fail', status: 503 },
      520: { action: 'fail', status: 520 },
      500: { action: 'fail', status: 500 },
      cut: { action: 'loseRequest' },
      'cut body': { action: 'corrupt', how: 'cut' },
    })) {
      const { client, dashboard } = await begin({
        database: { breaker: false, retry: { maxRetries: 2, baseDelay: 1 } },
      });
      await fault(set);
      const { data, error, status } = await client.from('clients').select('id');
      const code = { 503: '', 520: '', 500: '' }[name] ?? error.code;
      told.push([name, await sent(), data, status, code, typeof error.message]);
      // A write is sent once.
      await fault(set);
      await client.from('activity').insert({ kind: 'x' });
      told.push(await sent());
      await dashboard.close();
    }
    return told;
  });
  assert.deepEqual(result, [
    ['500', 3, null, 500, '', 'string'],
    1,
    ['503', 3, null, 504, '', 'string'],
    1,
    ['520', 3, null, 504, '', 'string'],
    1,
    ['cut', 3, null, 504, 'unreachable', 'string'],
    1,
    ['cut body', 3, null, 504, 'unreachable', 'string'],
    1,
  ]);
});

test('while the breaker is open no call reaches the database, and the application is told why; then it heals', async () => {
  const result = await inPage(async () => {
    const { client, dashboard } = await begin({
      database: { retry: false, breaker: { threshold: 3, timeout: 400, successes: 1 } },
    });
    await fault({ action: 'fail', status: 500 });
    for (let asks = 0; asks < 3; asks += 1) await client.from('clients').select('id');
    await fault(null);
    const calls = await Promise.all([
      client.from('clients').select('id'),
      client.from('suppliers').select('id').limit(1),
      client.from('activity').insert({ kind: 'x' }),
      client.rpc('nothing'),
    ]);
    const during = await sent();
    const { state, retryAfter } = dashboard.integrations.status('database');
    await pause(retryAfter + 50);
    const { data } = await client.from('clients').select('id');
    return {
      codes: calls.map(({ error }) => error.code),
      says: calls[0]?.error.message.includes('database'),
      during,
      state,
      healed: data.length > 0,
      afterwards: dashboard.integrations.status('database').state,
    };
  });
  assert.deepEqual(result, {
    codes: Array(4).fill('breaker_open'),
    says: true,
    during: 0,
    state: 'unhealthy',
    healed: true,
    afterwards: 'healthy',
  });
});

test('a 401 is answered once more with a fresh token', async () => {
  const result = await inPage(async () => {
    let asks = 0;
    const { client, dashboard } = await begin({
      accessToken: async () => {
        asks += 1;
        return signIn();
      },
    });
    const before = (await client.from('clients').select('id')).data.length;
    await pause(1_100);
    await expire();
    await fault(null);
    const asked = asks;
    const { data, error } = await client.from('clients').select('id');
    const counted = dashboard.integrations.breaker('database').getMetrics().totalFailures;
    return {
      isSame: data?.length === before && before > 0,
      error,
      sent: await sent(),
      asked: asks > asked,
      counted,
    };
  });
  assert.deepEqual(result, { isSame: true, error: null, sent: 2, asked: true, counted: 0 });
});

test('`abortSignal` ends a call at once, also during a pause between attempts', async () => {
  const result = await inPage(async () => {
    const { client } = await begin({ database: { retry: { baseDelay: 5_000, jitter: 'none' } } });
    const told = [];
    for (const set of [
      { action: 'delay', delayMs: 5_000 },
      { action: 'fail', status: 503 },
    ]) {
      await fault(set);
      const controller = new AbortController();
      // Another request each: one that was left is joined within its grace.
      /** @type {Promise<{ error: { message: string } }>} */
      const call = client
        .from('clients')
        .select(told.length > 0 ? 'id,name' : 'id')
        .abortSignal(controller.signal);
      /** @type {Promise<string | undefined>} */
      const ended = call.then(({ error }) => error.message.split(':')[0]);
      await pause(300);
      for (let waited = 0; waited < 100 && 'status' in set && (await sent()) === 0; waited += 1)
        await pause(20);
      const began = performance.now();
      controller.abort();
      told.push(await ended, performance.now() - began < 2_000, await sent());
    }
    return told;
  });
  assert.deepEqual([result[0], result[1], result[3], result[4]], ['AbortError', true, 'AbortError', true]);
  assert.ok(Number(result[5]) === 1, `${result[5]} were sent`);
});

test('an upload is sent once, whole, and the storage’s own error comes to the application', async () => {
  const result = await inPage(async () => {
    const { client } = await begin();
    /** @type {[string, boolean][]} */
    const bodies = [];
    const ownFetch = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.includes('/storage/')) return ownFetch(request);
      bodies.push([request.method, (await request.arrayBuffer()).byteLength >= 100_000]);
      return Response.json({ statusCode: '503', error: 'Down', message: 'down' }, { status: 503 });
    };
    const { data, error } = await client.storage.from('photos').upload('a.png', new Uint8Array(100_000));
    return { bodies, data, says: error.message };
  });
  assert.deepEqual(result, { bodies: [['POST', true]], data: null, says: 'down' });
});

test('what one user has asked for is neither delivered to the next one nor sent as that one', async () => {
  const result = await inPage(async () => {
    const other = `e30.${btoa('{"sub":"somebody-else"}')}.c2ln`;
    const { client, dashboard } = await begin({ database: { retry: { baseDelay: 4_000, jitter: 'none' } } });
    // The user is known once the store is.
    await dashboard.store.space();
    const told = [];
    for (const [set, ask] of /** @type {[object, () => any][]} */ ([
      [{ action: 'delay', delayMs: 4_000 }, () => client.from('clients').select('id')],
      [{ action: 'fail', status: 503 }, () => client.from('clients').select('name')],
      [
        { action: 'fail', status: 503 },
        () => client.from('clients').upsert({ name: 'x' }).setHeader('Idempotency-Key', 'k'),
      ],
    ])) {
      await dashboard.realtime.setAuth(await signIn());
      await fault(set);
      const call = ask().then((/** @type {any} */ { data, error }) => [data, error?.code]);
      await pause(200);
      const changed = new Promise((resolve) => dashboard.realtime.once('user-changed', resolve));
      await dashboard.realtime.setAuth(other);
      await changed;
      const began = performance.now();
      told.push(...(await call), performance.now() - began < 2_000);
      await pause(4_500);
      told.push(await sent());
    }
    return told;
  });
  assert.deepEqual(result, Array(3).fill([null, 'user_changed', true, 1]).flat());
});
