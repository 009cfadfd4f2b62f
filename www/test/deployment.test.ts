import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionCookie } from '../src/data/session-cookie.ts';
import { contentSecurityPolicy } from '../src/lib/content-security-policy.ts';
import { newIdentifier } from '../src/lib/identifier.ts';
import { returnPath } from '../src/lib/return-path.ts';
import { readSettings } from '../src/lib/settings.ts';

test('settings come from the process, the public names as a fallback', () => {
  assert.deepEqual(readSettings({ SUPABASE_URL: 'http://127.0.0.1:54321/', SUPABASE_ANON_KEY: 'key' }), {
    problem: null,
    url: 'http://127.0.0.1:54321',
    anonKey: 'key',
    demo: null,
  });
  const fallback = readSettings({
    NEXT_PUBLIC_SUPABASE_URL: 'https://project.supabase.co',
    NEXT_PUBLIC_SUPABASE_ANON_KEY: 'key',
  });
  assert.equal(fallback.url, 'https://project.supabase.co');
});

test('the demo’s users are those that the process was given', () => {
  const backend = { SUPABASE_URL: 'http://127.0.0.1:54321', SUPABASE_ANON_KEY: 'key' };
  const demo = { password: 'secret', users: [{ name: 'Una', email: 'una@example.com', work: 'Florist' }] };
  assert.deepEqual(readSettings({ ...backend, WEDSYNC_DEMO: JSON.stringify(demo) }).demo, demo);
  for (const wrong of [
    '1',
    '{}',
    'null',
    '{"password":1,"users":[]}',
    '{"password":"x","users":[{}]}',
    '{',
  ]) {
    assert.match(
      readSettings({ ...backend, WEDSYNC_DEMO: wrong }).problem ?? '',
      /WEDSYNC_DEMO is not/,
      wrong,
    );
  }
});

test('a setting that is missing or wrong is named', () => {
  assert.match(readSettings({}).problem ?? '', /SUPABASE_URL is not set/);
  assert.match(
    readSettings({ SUPABASE_URL: 'project.supabase.co' }).problem ?? '',
    /SUPABASE_URL is not a web/,
  );
  assert.match(readSettings({ SUPABASE_URL: 'ftp://x' }).problem ?? '', /SUPABASE_URL is not a web/);
  assert.match(readSettings({ SUPABASE_URL: 'https://x' }).problem ?? '', /SUPABASE_ANON_KEY is not set/);
});

test('the policy lets the page reach its backend over HTTP and WebSocket, and run WebAssembly', () => {
  const policy = contentSecurityPolicy({
    nonce: 'n0nce',
    scripts: null,
    backendUrl: 'https://project.supabase.co/path',
    development: false,
  });
  assert.match(
    policy,
    /connect-src 'self' https:\/\/project\.supabase\.co wss:\/\/project\.supabase\.co(;|$)/,
  );
  assert.match(policy, /script-src [^;]*'nonce-n0nce'[^;]*'wasm-unsafe-eval'/);
  assert.match(policy, /worker-src 'self' blob:/);
  assert.doesNotMatch(policy, /'unsafe-eval'/);
});

test('a local backend is reached without encryption', () => {
  const policy = contentSecurityPolicy({
    nonce: 'n',
    scripts: null,
    backendUrl: 'http://127.0.0.1:54321',
    development: false,
  });
  assert.match(policy, /connect-src 'self' http:\/\/127\.0\.0\.1:54321 ws:\/\/127\.0\.0\.1:54321(;|$)/);
});

test('after signing in one stays on this site', () => {
  assert.equal(returnPath('/clients/new?status=booked'), '/clients/new?status=booked');
  const foreign = ['https://evil.example/', '//evil.example', '/\\evil.example'];
  // What begins with two slashes once its dot segments are gone.
  const dotted = ['/.//evil.example/x', '/..//h', '/%2e//h', '/x/..//h', '/.\\\\h'];
  for (const path of [null, undefined, '', ...foreign, ...dotted]) {
    assert.equal(returnPath(path), '/dashboard', String(path));
  }
  assert.equal(returnPath('/sign-in'), '/dashboard');
});

test('the session’s cookies are named after the backend and its port, and stay on https where the page is', () => {
  assert.deepEqual(sessionCookie('https://project.supabase.co', true), {
    name: 'sb-project-supabase-co-auth-token',
    path: '/',
    sameSite: 'lax',
    secure: true,
  });
  assert.equal(sessionCookie('http://127.0.0.1:54321', false).name, 'sb-127-0-0-1-54321-auth-token');
});

test('identifiers are version 4 UUIDs and differ', () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newIdentifier(), shape);
  assert.notEqual(newIdentifier(), newIdentifier());
});
