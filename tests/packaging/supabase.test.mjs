// A real client of supabase-js gives the dashboard its project and its session, against the embedded backend.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { demoPassword, demoUsers } from '../../scripts/lib/demo-users.mjs';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { servePackage } from './package-server.mjs';
import { launchChromium } from './workplace.mjs';

const supabaseJs = createRequire(import.meta.url).resolve('@supabase/supabase-js/dist/umd/supabase.js');
const rosewoodTopic = 'supplier:51000000-0000-4000-8000-000000000001';
const [amelia, ben] = demoUsers.map(({ email }) => ({ email, password: demoPassword }));

/** @type {import('@playwright/test').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof servePackage>>} */
let server;
/** @type {Awaited<ReturnType<typeof startLocalSupabase>>} */
let backend;

before(async () => {
  browser = await launchChromium();
  server = await servePackage();
  backend = await startLocalSupabase({ port: 0, controlPort: 0, migrations: migrationsDir, seed: seedFile });
});
after(async () => {
  await browser.close();
  await server.stop();
  await backend.stop();
});

/**
 * Runs a function in a fresh page that has the package as `wedsync` and supabase-js as `supabase`.
 * @template Result
 * @param {(handed: typeof given) => Promise<Result>} program
 */
async function inPage(program) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  /** @type {{ event: string, payload: any }[]} what the dashboard said on its socket */
  const sent = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('websocket', (socket) => {
    socket.on('framesent', (frame) => {
      // Broadcasts are binary.
      if (typeof frame.payload !== 'string') return;
      const [, , , event, payload] = JSON.parse(frame.payload);
      sent.push({ event, payload });
    });
  });
  try {
    await page.goto(`${server.url}/index.js`);
    await page.addScriptTag({ path: supabaseJs });
    await page.evaluate(`(async () => {
      globalThis.wedsync = await import('/index.js');
      await wedsync.init();
    })()`);
    const result = await page.evaluate(program, given);
    assert.deepEqual(errors, []);
    return { result, sent };
  } finally {
    await page.close();
  }
}

const given = {
  get url() {
    return backend.url;
  },
  get key() {
    return backend.anonKey;
  },
  amelia,
  ben,
  rosewoodTopic,
};

/* What runs in the page. */
/** @type {any} */
const wedsync = undefined;
/** @type {any} */
const supabase = undefined;
void [wedsync, supabase];

test('a first join is private at once: the project and the token are the client’s', async () => {
  const { result, sent } = await inPage(async ({ url, key, amelia, rosewoodTopic }) => {
    const client = supabase.createClient(url, key);
    const { data } = await client.auth.signInWithPassword(amelia);
    const dashboard = await wedsync.createDashboard({ supabase: client });
    const shown = { channel: rosewoodTopic, private: true, onData() {} };
    await dashboard.realtime.subscribe('rosewood', shown);
    return data.session.access_token;
  });
  const joins = sent.filter(({ event }) => event === 'phx_join');
  assert.deepEqual(
    joins.map(({ payload }) => payload.access_token),
    [result],
  );
});

test('a refreshed session goes to the channels at once, and the same one not again', async () => {
  const { result, sent } = await inPage(async ({ url, key, amelia }) => {
    const client = supabase.createClient(url, key);
    await client.auth.signInWithPassword(amelia);
    const manager = new wedsync.RealtimeSubscriptionManager({ supabase: client });
    await manager.subscribe('lobby', { channel: 'lobby', onData() {} });
    // Tokens of one session made in the same second are the same; those of another sign-in are not.
    const elsewhere = supabase.createClient(url, key, { auth: { persistSession: false } });
    const other = await elsewhere.auth.signInWithPassword(amelia);
    const { data } = await client.auth.refreshSession(other.data.session);
    await client.auth.setSession(data.session);
    // The socket keeps the order: all that was said of the session is before this.
    await manager.send('lobby', 'after', null);
    await manager.subscribe('hall', { channel: 'hall', onData() {} });
    return data.session.access_token;
  });
  const pushes = sent.filter(({ event }) => event === 'access_token');
  assert.deepEqual(
    pushes.map(({ payload }) => payload.access_token),
    [result],
  );
});

test('signing out leaves the channels the key’s own role, signing in gives them the new user’s', async () => {
  const { result, sent } = await inPage(async ({ url, key, amelia, ben }) => {
    const client = supabase.createClient(url, key);
    const first = await client.auth.signInWithPassword(amelia);
    const { realtime } = await wedsync.createDashboard({ supabase: client });
    await realtime.subscribe('lobby', { channel: 'lobby', onData() {} });
    const back = new Promise((resolve) => realtime.once('continuity', resolve));
    await client.auth.signOut();
    await back;
    const second = await client.auth.signInWithPassword(ben);
    await realtime.subscribe('hall', { channel: 'hall', onData() {} });
    return [first, second].map(({ data }) => data.session.access_token);
  });
  const told = sent.filter(({ event }) => event === 'phx_join' || event === 'access_token');
  assert.deepEqual(
    told.map(({ event, payload }) => [event, payload.access_token ?? null]),
    [
      ['phx_join', result[0]],
      ['phx_join', null],
      // Another user's channels begin anew, as the signed-out one's did.
      ['phx_join', result[1]],
      ['phx_join', result[1]],
    ],
  );
});

test('what a signed-out user may not have is told as given up, and is to be had after signing in', async () => {
  const { result } = await inPage(async ({ url, key, amelia, rosewoodTopic }) => {
    const client = supabase.createClient(url, key);
    const { realtime } = await wedsync.createDashboard({ supabase: client });
    /** @type {string[]} */
    const statuses = [];
    const shown = {
      channel: rosewoodTopic,
      private: true,
      onData() {},
      onStatus: (/** @type {string} */ status) => statuses.push(status),
    };
    /** @type {string[]} */
    const errors = [];
    const subscribe = () =>
      realtime.subscribe('rosewood', shown).catch((/** @type {any} */ error) => errors.push(error.code));
    await subscribe();
    const again = new Promise((resolve) => {
      realtime.once('user-changed', () => resolve(subscribe()));
    });
    await client.auth.signInWithPassword(amelia);
    await again;
    const signedOut = new Promise((resolve) => realtime.once('error', resolve));
    await client.auth.signOut();
    const { id, error } = await signedOut;
    return { statuses, errors, signedOut: [id, error.code] };
  });
  assert.deepEqual(result, {
    statuses: ['joining', 'failed', 'joining', 'live', 'reconnecting', 'failed'],
    errors: ['join_refused'],
    signedOut: ['rosewood', 'join_refused'],
  });
});

test('a client with an `accessToken` of its own is asked that, and never for a session', async () => {
  const { result, sent } = await inPage(async ({ url, key, amelia, rosewoodTopic }) => {
    const { data } = await supabase.createClient(url, key).auth.signInWithPassword(amelia);
    const { access_token: token } = data.session;
    const client = supabase.createClient(url, key, { accessToken: async () => token });
    const { realtime } = await wedsync.createDashboard({ supabase: client });
    await realtime.subscribe('rosewood', { channel: rosewoodTopic, private: true, onData() {} });
    return token;
  });
  const join = sent.find(({ event }) => event === 'phx_join');
  assert.equal(join?.payload.access_token, result);
});

test('`close` ends the following', async () => {
  const { result, sent } = await inPage(async ({ url, key, amelia }) => {
    const client = supabase.createClient(url, key);
    await client.auth.signInWithPassword(amelia);
    const listeners = () => client.auth.stateChangeEmitters.size;
    const counts = [listeners()];
    const { realtime, close } = await wedsync.createDashboard({ supabase: client });
    await realtime.subscribe('lobby', { channel: 'lobby', onData() {} });
    counts.push(listeners());
    await close();
    counts.push(listeners());
    await client.auth.signOut();
    return counts;
  });
  const [before = -1, during, afterwards] = result;
  assert.deepEqual([during, afterwards], [before + 1, before]);
  assert.deepEqual(
    sent.map(({ event }) => event),
    ['phx_join', 'phx_leave'],
  );
});

test('a session that cannot be had is told with its reason and without a token, and asked for again', async () => {
  const { result } = await inPage(async ({ url, key, amelia, rosewoodTopic }) => {
    const client = supabase.createClient(url, key);
    await client.auth.signInWithPassword(amelia);
    const { data } = await client.auth.getSession();
    const getSession = client.auth.getSession.bind(client.auth);
    // Longer than a tab waits to learn whose it is, before it goes on without.
    const end = performance.now() + 3_000;
    client.auth.getSession = async () => {
      if (performance.now() > end) return getSession();
      return { data: { session: null }, error: new Error('Failed to fetch') };
    };
    const { realtime } = await wedsync.createDashboard({ supabase: client, reconnectBaseMs: 20 });
    /** @type {{ code: string, message: string }[]} */
    const errors = [];
    /** @param {{ error: { code: string, message: string } }} told */
    const listener = ({ error: { code, message } }) => errors.push({ code, message });
    realtime.on('error', listener);
    await realtime.subscribe('rosewood', { channel: rosewoodTopic, private: true, onData() {} });
    return { errors, token: data.session.access_token };
  });
  assert.ok(result.errors.length > 0);
  for (const { code, message } of result.errors) {
    assert.equal(code, 'token_unavailable');
    assert.match(message, /Failed to fetch/);
    assert.ok(!message.includes(result.token));
  }
});

test('what is no client of supabase-js, or says the same twice, is refused at the call', async () => {
  const { result } = await inPage(async ({ url, key }) => {
    const client = supabase.createClient(url, key);
    const onAuthStateChange = () => ({ data: { subscription: { unsubscribe() {} } } });
    const auth = { getSession: async () => ({ data: { session: null } }), onAuthStateChange };
    const told = [];
    for (const options of [
      { supabase: null },
      { supabase: 'client' },
      { supabase: {} },
      { supabase: { auth: { getSession() {} } } },
      { supabase: client, accessToken: 'token' },
      { supabase: { auth } },
      { supabase: { auth }, url },
      { supabase: { auth }, url: 'nonsense', key },
      { supabase: client, retries: 3 },
    ]) {
      try {
        await wedsync.createDashboard(options);
        told.push(['no error']);
      } catch (error) {
        const { code, message } = /** @type {any} */ (error);
        told.push([code, message]);
      }
    }
    await wedsync.createDashboard({ supabase: { auth }, url, key });
    await wedsync.createDashboard({ supabase: undefined, url, key });
    return told;
  });
  const expected = /** @type {const} */ ([
    ['invalid_option', /must be a client of supabase-js/],
    ['invalid_option', /must be a client of supabase-js/],
    ['invalid_option', /must be a client of supabase-js/],
    ['invalid_option', /must be a client of supabase-js/],
    ['invalid_option', /either `supabase` or `accessToken`/],
    ['invalid_option', /Give `url` and `key` too/],
    ['invalid_option', /Give `url` and `key` too/],
    ['invalid_url', /missing or no URL/],
    ['unknown_option', /no option "retries"/],
  ]);
  assert.equal(result.length, expected.length);
  for (const [index, [code, says]] of expected.entries()) {
    assert.equal(result[index]?.[0], code, result[index]?.[1]);
    assert.match(result[index]?.[1] ?? '', says);
  }
});
