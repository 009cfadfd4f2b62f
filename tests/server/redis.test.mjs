import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from '../../pkg/server/breaker.js';
import { RedisServer } from './redis-server.mjs';
import { codeOf, headerOf, rig, said, until } from './rig.mjs';

const load = () => import('ioredis');

/**
 * A Redis and a handler over it.
 * @param {import('node:test').TestContext} context
 * @param {{ settings?: string[], redis?: object, options?: object }} [how]
 */
async function together(context, { settings = [], redis = {}, options = {} } = {}) {
  const server = await RedisServer.start(...settings);
  const one = rig({ redis: { url: server.url, load, timeout: 300, ...redis }, ...options });
  context.after(async () => {
    await one.close();
    await server.stop();
  });
  return { server, ...one };
}

/** @param {Response} answer */
const tierOf = (answer) => `${answer.status} ${answer.headers.get('x-cache-tier')}`;

/** How often scripts were run, and nothing else was. @param {RedisServer} server */
async function scriptsOf(server) {
  const calls = await server.calls();
  return (calls.get('eval') ?? 0) + (calls.get('evalsha') ?? 0);
}

/** How long an answer takes, in milliseconds. @param {() => Promise<Response>} ask */
async function timed(ask) {
  const began = performance.now();
  const answer = await ask();
  return { answer, ms: performance.now() - began };
}

/**
 * Redis does not answer: reads are misses at once, what must not be lost is refused, nothing hangs.
 * @param {import('./rig.mjs').Rig} one
 */
async function assertDown({ get, put, post }) {
  const times = [];
  for (let read = 0; read < 9; read += 1) {
    const { answer, ms } = await timed(() => get('a'));
    assert.equal(tierOf(answer), '204 down');
    times.push(ms);
  }
  times.sort((one, other) => one - other);
  assert.ok((times[8] ?? 0) < 250, `${times.map(Math.round)} ms`);
  assert.ok((times[4] ?? 0) < 50, `${times.map(Math.round)} ms`);
  for (const ask of [
    () => put('a', '2'),
    () => post('invalidate', { tags: ['xa'] }),
    () => post('invalidate', { all: true }),
    () => post('generations', { tags: ['xa'] }),
  ]) {
    const { answer, ms } = await timed(ask);
    assert.equal(await codeOf(answer), '503 remote_unavailable');
    assert.ok(ms < 1_000, `${ms} ms`);
  }
}

/** @param {import('./rig.mjs').Rig} one */
async function untilUp({ get }) {
  await until(async () => (await get('a')).headers.get('x-cache-tier') === 'redis');
}

test('a Redis that is killed is a miss within 50 ms, never a hang, and is used again when it is back', async (context) => {
  const one = await together(context);
  assert.equal((await one.put('a', '1', { tags: { xa: '0.0.0' } })).status, 204);
  assert.equal(tierOf(await one.get('a')), '200 redis');
  await one.server.kill();
  await assertDown(one);
  await one.server.start();
  await untilUp(one);
  assert.equal(tierOf(await one.get('a')), '204 redis');
  assert.equal((await one.put('b', '1')).status, 204);
  assert.equal(tierOf(await one.get('b')), '200 redis');
});

test('a Redis that has stopped answering is the same, and what was asked of it meanwhile harms nothing', async (context) => {
  const one = await together(context);
  const { generations } = await said(one.post('invalidate', { tags: ['xa'] }));
  await one.put('a', '1', { tags: generations });
  one.server.pause();
  await assertDown(one);
  one.server.resume();
  await untilUp(one);
  // The invalidation that was refused may have come through all the same: never the other way round.
  const { generations: now } = await said(one.post('generations', { tags: ['xa'] }));
  const answer = await one.get('a');
  assert.equal(answer.status, now.xa === generations.xa ? 200 : 204);
});

test('what is asked for while Redis is killed is answered too', async (context) => {
  const one = await together(context);
  await one.put('a', '1');
  one.server.pause();
  const asked = [one.get('a'), one.get('b'), one.put('a', '2'), one.post('invalidate', { all: true })];
  await one.server.kill();
  const [a, b, put, invalidated] = await Promise.all(asked);
  assert.ok(a && b && put && invalidated);
  assert.deepEqual([tierOf(a), tierOf(b)], ['204 down', '204 down']);
  assert.equal(await codeOf(put), '503 remote_unavailable');
  assert.equal(await codeOf(invalidated), '503 remote_unavailable');
});

test('an acknowledged invalidation holds although Redis comes back with the state before it', async (context) => {
  const one = await together(context);
  const first = (await said(one.post('invalidate', { tags: ['xa'] }))).generations;
  await one.put('a', '"before"', { tags: first });
  await one.server.client.call('SAVE');
  const second = (await said(one.post('invalidate', { tags: ['xa'] }))).generations;
  assert.equal((await one.get('a')).status, 204);
  await one.server.kill();
  await one.server.start();
  assert.equal(await one.server.client.exists('wedsync:{roses}:ea'), 1, 'it has both again');
  assert.match(String(await one.server.client.hget('wedsync:{roses}:g', 'txa')), new RegExp(`^${first.xa}$`));
  await untilUp(one);
  assert.equal(tierOf(await one.get('a')), '204 redis');
  const stale = await one.put('a', '"before"', { tags: first });
  assert.equal(stale.status, 409);
  const { generations } = await said(stale);
  assert.ok(Number.parseInt(generations.xa, 10) > Number.parseInt(second.xa, 10), 'above what was lost');
  assert.equal((await one.put('a', '"after"', { tags: generations })).status, 204);
  assert.equal(await (await one.get('a')).text(), '"after"');
});

test('counters that Redis alone has lost are told from those before', async (context) => {
  const one = await together(context);
  const { generations } = await said(one.post('invalidate', { tags: ['xa'] }));
  await one.put('a', '1', { tags: generations });
  await one.put('b', '1');
  // As a Redis does that has no room for all.
  await one.server.client.del('wedsync:{roses}:g');
  assert.deepEqual([(await one.get('a')).status, (await one.get('b')).status], [204, 204]);
  assert.equal((await one.put('a', '1', { tags: generations })).status, 409);
  assert.equal((await one.get('b')).status, 204, 'not even when counting has begun again');
  assert.equal((await one.put('b', '2')).status, 204);
  assert.equal(await (await one.get('b')).text(), '2');
});

test('a Redis without room takes no entries, gives what it has, and can be told what is out of date', async (context) => {
  const one = await together(context, { settings: ['--maxmemory-policy', 'noeviction'] });
  await one.put('a', '1');
  await one.server.client.config('SET', 'maxmemory', '1');
  for (let times = 0; times < 6; times += 1) {
    assert.equal(await codeOf(await one.put('b', '1')), '503 remote_unavailable');
    assert.equal(tierOf(await one.get('a')), '200 redis');
    assert.equal((await one.post('invalidate', { tags: ['xb'] })).status, 200);
  }
  assert.equal((await one.post('invalidate', { all: true })).status, 200);
  assert.equal(tierOf(await one.get('a')), '204 redis');
  await one.server.client.flushall();
  assert.equal((await one.post('invalidate', { all: true })).status, 200);
  assert.equal(await codeOf(await one.put('b', '1')), '503 remote_unavailable');
});

test('many who read at once are one command, and each is one command alone', async (context) => {
  const one = await together(context, { redis: { readTimeout: 5_000 } });
  await one.put('a', '"value"');
  await one.get('a');
  const before = await scriptsOf(one.server);
  const answers = await Promise.all(Array.from({ length: 200 }, () => one.get('a')));
  for (const answer of answers) assert.equal(await answer.text(), '"value"');
  assert.equal((await scriptsOf(one.server)) - before, 1);
  for (const key of ['a', 'b', 'c']) await one.get(key);
  await one.put('b', '1');
  await one.post('invalidate', { tags: Array.from({ length: 3_000 }, (_, tag) => `x${tag}`) });
  assert.equal((await scriptsOf(one.server)) - before, 6);
  const body = JSON.stringify('x'.repeat(100));
  const entries = Array.from({ length: 500 }, (_, key) => ({
    key: `k${key}`,
    header: headerOf(`k${key}`),
    body,
  }));
  assert.equal((await said(one.post('entries', { entries }))).stored.length, 500);
  assert.equal((await scriptsOf(one.server)) - before, 7);
});

test('entries and counters of Redis have an end, and all of a supplier are in one slot', async (context) => {
  const one = await together(context);
  const supplier = 'a}{b:é';
  await one.put('x', '1', { ttl: 60_000, stale: 30_000 });
  const entry = await one.server.client.pttl('wedsync:{roses}:ex');
  assert.ok(entry > 80_000 && entry <= 90_000, `${entry}`);
  const week = 7 * 86_400_000;
  const counters = await one.server.client.pttl('wedsync:{roses}:g');
  assert.ok(counters > week && counters <= week + 86_400_000, `${counters}`);
  await one.server.client.hincrby('wedsync:{roses}:ex', 't', -5_500);
  const aged = (await one.get('x')).headers;
  assert.equal(aged.get('age'), '5');
  const ms = Number(aged.get('x-cache-age'));
  assert.ok(ms >= 5_500 && ms < 6_000, `${ms}`);

  const strange = rig({ redis: { url: one.server.url, load }, isMember: () => true });
  await strange.put('{k}', '1', { supplier });
  await strange.post('invalidate', { all: true }, { supplier });
  const names = (await one.server.client.keys('*')).filter((name) => !name.includes('roses'));
  assert.deepEqual(names.sort(), ['wedsync:{a%7D%7Bb%3A%C3%A9}:e{k}', 'wedsync:{a%7D%7Bb%3A%C3%A9}:g']);
  await strange.close();
});

test('a Redis that is not there from the start is waited for, and no password is told', async (context) => {
  const server = await RedisServer.start('--requirepass', 'hunter22');
  const heard = new Set();
  await server.kill();
  const url = `redis://:hunter22@127.0.0.1:${server.port}`;
  const one = rig({
    redis: { url, load, timeout: 100 },
    onError: (error) => heard.add(`${error} ${error.cause}`),
  });
  const wrong = rig({
    redis: { url: url.replace('22', '23'), load, timeout: 100 },
    onError: (error) => heard.add(`${error}`),
  });
  context.after(async () => {
    await one.close();
    await wrong.close();
    await server.stop();
  });
  await assertDown(one);
  await server.start();
  await untilUp(one);
  assert.equal((await one.put('a', '1')).status, 204);
  assert.equal(tierOf(await wrong.get('a')), '204 down');
  await until(async () => [...heard].some((message) => /WRONGPASS|NOAUTH/.test(message)));
  assert.ok(![...heard].some((message) => message.includes('hunter')), [...heard].join('\n'));
});

test('without ioredis there is nothing but misses, and it is said why', async () => {
  /** @type {string[]} */
  const heard = [];
  const redis = { url: 'redis://127.0.0.1:1', load: () => import(String('ioredis-that-is-not-there')) };
  const one = rig({ redis, onError: ({ message }) => heard.push(message) });
  assert.equal(tierOf(await one.get('a')), '204 down');
  assert.match(heard[0] ?? '', /ioredis-that-is-not-there/);
  await one.close();
  assert.equal(tierOf(await one.get('a')), '204 down');
});

test('the breaker asks nobody for a while, then one, and a late answer says nothing', () => {
  let clock = 0;
  const breaker = new Breaker(() => clock);
  const late = breaker.permit() ?? assert.fail();
  for (let failure = 0; failure < 3; failure += 1) {
    breaker.settle(breaker.permit() ?? assert.fail(), false);
  }
  assert.equal(breaker.permit(), undefined);
  breaker.settle(late, true);
  assert.equal(breaker.permit(), undefined, 'it began before');
  for (const open of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
    clock += open - 1;
    assert.equal(breaker.permit(), undefined);
    clock += 1;
    const probe = breaker.permit() ?? assert.fail(`${open}`);
    assert.equal(breaker.permit(), undefined, 'one at once');
    breaker.settle(probe, false);
  }
  clock += 10_000;
  breaker.settle(breaker.permit() ?? assert.fail(), true);
  const permits = Array.from({ length: 5 }, () => breaker.permit() ?? assert.fail());
  for (const isWell of [false, false, true, false, false]) breaker.settle(permits.pop() ?? 0, isWell);
  assert.notEqual(breaker.permit(), undefined, 'never three one after the other');
});
