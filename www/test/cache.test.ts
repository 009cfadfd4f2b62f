import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { seesSupplier } from '../src/lib/cache/membership.ts';
import { readCacheSettings } from '../src/lib/cache/settings.ts';

const environment = { SUPABASE_URL: 'https://p.supabase.co/', SUPABASE_ANON_KEY: 'anon' };

test('the shared cache verifies tokens with the keys of the project, or its secret, and needs no Redis', () => {
  const url = 'https://p.supabase.co';
  const anonKey = 'anon';
  const keys = { jwks: `${url}/auth/v1/.well-known/jwks.json` };
  assert.deepEqual(readCacheSettings(environment), { problem: null, url, anonKey, auth: keys, redis: null });
  const secret = 's'.repeat(32);
  const redis = 'rediss://user:password@r.example:6380';
  assert.deepEqual(readCacheSettings({ ...environment, SUPABASE_JWT_SECRET: secret, REDIS_URL: redis }), {
    problem: null,
    url,
    anonKey,
    auth: { secret },
    redis,
  });
  const nodes = 'redis://a,redis://b';
  const settings = readCacheSettings({ ...environment, REDIS_URL: nodes });
  assert.equal(settings.problem === null && settings.redis, nodes);
});

test('settings that cannot be are told, without what is secret in them', () => {
  for (const wrong of [
    { SUPABASE_URL: '' },
    { SUPABASE_JWT_SECRET: 'hunter2' },
    { REDIS_URL: 'localhost:6379' },
    { REDIS_URL: 'https://:hunter2@r.example' },
    { REDIS_URL: 'redis://a,' },
  ]) {
    const { problem } = readCacheSettings({ ...environment, ...wrong });
    const [name = ''] = Object.keys(wrong);
    assert.match(problem ?? '', new RegExp(`^${name} is `));
    assert.doesNotMatch(problem ?? '', /hunter2/);
  }
});

test('who works where is what the backend lets the caller see', async () => {
  let answer: [status: number, body: string] = [200, '[]'];
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url, request.headers.apikey?.toString(), request.headers.authorization);
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(answer[1]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sees = (supplier: string, signal = AbortSignal.timeout(5_000)): Promise<boolean> =>
    seesSupplier({ url, anonKey: 'anon' }, { supplier, token: 'token', signal });
  try {
    answer = [200, '[{"id":"a&or=(b)"}]'];
    assert.equal(await sees('a&or=(b)'), true);
    assert.deepEqual(asked, [
      '/rest/v1/suppliers?select=id&id=eq.a%26or%3D%28b%29&limit=1',
      'anon',
      'Bearer token',
    ]);
    assert.equal(await sees('another'), false, 'the row is not the one that was asked for');
    for (const said of [
      [200, '[]'],
      [200, '{}'],
      [400, '{}'],
      [401, '{}'],
      [403, '{}'],
    ] as const) {
      answer = [...said];
      assert.equal(await sees('a'), false, String(said));
    }
    for (const said of [
      [500, ''],
      [429, ''],
      [200, 'no JSON'],
    ] as const) {
      answer = [...said];
      await assert.rejects(sees('a'), String(said));
    }
    await assert.rejects(sees('a', AbortSignal.abort()));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
