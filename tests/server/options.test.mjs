import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCacheHandler, DashboardError } from '@wedsync/dashboard/server';
import { secret, tokenOf } from './rig.mjs';

const isMember = () => true;
const load = () => import('ioredis');
const good = { auth: { secret }, isMember };
const redis = { url: 'redis://127.0.0.1:1', load };

test('options that cannot be are refused by name, and what is secret is not told', () => {
  /** @type {[unknown, RegExp, string?][]} */
  const cases = [
    [undefined, /takes an object of options/],
    [{}, /createCacheHandler's `auth` takes an object/],
    [{ auth: null, isMember }, /`auth` takes an object/],
    [{ auth: {}, isMember }, /either `jwks` or `secret`/],
    [{ auth: { secret, jwks: 'https://a.example' }, isMember }, /either `jwks` or `secret`/],
    [
      { auth: { secret: 'hunter2' }, isMember },
      /"secret" of createCacheHandler's `auth` must be a string of at least 32/,
    ],
    [{ auth: { jwks: 'a.example' }, isMember }, /"jwks" .*an address, https:/],
    [{ auth: { jwks: 'file:///etc/passwd' }, isMember }, /"jwks"/],
    [{ auth: { secret, clockTolerance: -1 }, isMember }, /"clockTolerance" .* whole number from 0 to 600/],
    [{ auth: { secret, audience: '' }, isMember }, /"audience"/],
    [{ auth: { secret } }, /"isMember" .* function/],
    [
      { ...good, redis: { ...redis, url: 'http://:hunter2@a' } },
      /"url" of createCacheHandler's `redis` must be an address/,
    ],
    [{ ...good, redis: { ...redis, url: 'redis://a,b' } }, /"url"/],
    [{ ...good, redis: { ...redis, url: 'redis://a,redis://b', cluster: false } }, /"url"/],
    [{ ...good, redis: { url: redis.url } }, /"load" .* function/],
    [{ ...good, redis: { ...redis, prefix: 'a{b}' } }, /"prefix"/],
    [{ ...good, redis: { ...redis, prefix: '' } }, /"prefix"/],
    [{ ...good, redis: { ...redis, readTimeout: 0 } }, /"readTimeout"/],
    [{ ...good, redis: { ...redis, timeout: Number.NaN } }, /"timeout"/],
    [{ ...good, cookie: {} }, /"token" of createCacheHandler's `cookie`/],
    [{ ...good, cookie: { token: () => null, origins: 'https://a.example' } }, /"origins"/],
    [{ ...good, cookie: { token: () => null, origins: ['a.example'] } }, /"origins" .*https:/],
    [{ ...good, cookie: { token: () => null, origins: ['https://a.example/'] } }, /"origins" .*https:/],
    [{ ...good, cookie: { token: () => null, origins: ['capacitor://localhost/'] } }, /"origins" .*https:/],
    [{ ...good, memoryBytes: 1 }, /"memoryBytes"/],
    [{ ...good, maxEntryBytes: 1.5 }, /"maxEntryBytes"/],
    [{ ...good, maxAge: 31_536_001 }, /"maxAge"/],
    [{ ...good, maxTags: '5' }, /"maxTags"/],
    [{ ...good, onError: 1 }, /"onError"/],
    [{ ...good, retries: 1 }, /no option "retries"/, 'unknown_option'],
    [{ ...good, redis: { ...redis, host: 'a' } }, /no option "host"/, 'unknown_option'],
  ];
  for (const [options, message, code = 'invalid_option'] of cases) {
    assert.throws(
      () => createCacheHandler(/** @type {any} */ (options)),
      (error) => {
        assert.ok(error instanceof DashboardError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  }
});

test('nothing is connected to before it is needed', async () => {
  let loaded = 0;
  const counting = () => {
    loaded += 1;
    return load();
  };
  const spied = { ...redis, load: counting };
  const handle = createCacheHandler({ ...good, redis: spied });
  assert.equal((await handle(new Request('https://a.example/entry?supplier=s&key=k'))).status, 401);
  await handle.close();
  assert.equal(loaded, 0);
});

test('what hears of errors may fail itself', async () => {
  const onError = () => {
    throw new Error('of the listener');
  };
  const handle = createCacheHandler({ ...good, isMember: () => Promise.reject(new Error('down')), onError });
  const headers = { authorization: `Bearer ${await tokenOf('anna')}` };
  const answer = await handle(new Request('https://a.example/entry?supplier=s&key=k', { headers }));
  assert.equal(answer.status, 503);
});
