import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { claimPort } from '../../scripts/lib/ports.mjs';
import { RedisServer } from './redis-server.mjs';
import { codeOf, headerOf, rig, until } from './rig.mjs';

const slots = 16_384;
const suppliers = Array.from({ length: 30 }, (_, number) => `supplier-${number}`);

/** @type {RedisServer[]} */
const nodes = [];

before(async () => {
  const busPorts = [];
  for (let node = 0; node < 3; node += 1) {
    const bus = await claimPort(0, () => 'run the test again');
    busPorts.push(bus);
    nodes.push(await RedisServer.start('--cluster-enabled', 'yes', '--cluster-port', String(bus)));
  }
  const share = Math.ceil(slots / nodes.length);
  for (const [index, { client }] of nodes.entries()) {
    const last = Math.min((index + 1) * share, slots) - 1;
    await client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last);
    await client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]?.port ?? 0, busPorts[0] ?? 0);
  }
  for (const { client } of nodes) {
    await until(async () => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  }
});
after(() => Promise.all(nodes.map((node) => node.stop())));

/** @param {object} [redis] */
function overCluster(redis = {}) {
  const url = nodes.map((node) => node.url).join(',');
  return rig({
    redis: { url, load: () => import('ioredis'), timeout: 2_000, readTimeout: 5_000, ...redis },
    isMember: () => true,
  });
}

test('suppliers are spread over a cluster, and each is whole at one node', async () => {
  const one = overCluster();
  for (const supplier of suppliers) {
    const who = { supplier };
    const entries = ['a', 'b'].map((key) => ({
      key,
      header: headerOf(key, { supplier }),
      body: `"${supplier}"`,
    }));
    assert.equal((await one.post('entries', { entries }, who)).status, 200);
    assert.equal((await one.put('c', `"${supplier}"`, who)).status, 204);
    assert.equal(await (await one.get('b', who)).text(), `"${supplier}"`);
    assert.equal((await one.post('invalidate', { keys: ['a'] }, who)).status, 200);
    assert.equal((await one.get('a', who)).status, 204);
    assert.equal((await one.get('c', who)).status, 200);
    assert.equal((await one.post('invalidate', { all: true }, who)).status, 200);
    assert.equal((await one.get('c', who)).status, 204);
  }
  const sizes = await Promise.all(nodes.map(({ client }) => client.dbsize()));
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    suppliers.length * 3,
  );
  assert.ok(Math.min(...sizes) > 0, String(sizes));
  await one.close();
});

test('one address of a cluster is enough', async () => {
  const one = overCluster({ url: nodes[0]?.url, cluster: true });
  for (const name of suppliers) {
    assert.equal((await one.put('x', '1', { supplier: `other-${name}` })).status, 204);
  }
  await one.close();
});

test('a node that is killed takes its suppliers alone, at once, until it is back', async () => {
  const one = overCluster({ timeout: 300, readTimeout: 100 });
  const [node] = nodes;
  assert.ok(node);
  // The others go on without it.
  for (const { client } of nodes) await client.config('SET', 'cluster-require-full-coverage', 'no');
  const at = async (/** @type {RedisServer} */ of) => {
    const names = await of.client.keys('*');
    return new Set(names.map((name) => /\{(.*)\}/.exec(name)?.[1] ?? ''));
  };
  const [gone] = await at(node);
  const [kept] = await at(nodes[1] ?? assert.fail());
  assert.ok(gone && kept);
  await until(async () => (await one.get('x', { supplier: kept })).headers.get('x-cache-tier') === 'redis');
  await node.kill();
  const began = performance.now();
  assert.equal((await one.get('x', { supplier: gone })).headers.get('x-cache-tier'), 'down');
  assert.ok(performance.now() - began < 400);
  assert.equal(
    await codeOf(await one.post('invalidate', { all: true }, { supplier: gone })),
    '503 remote_unavailable',
  );
  for (let times = 0; times < 20; times += 1) {
    assert.equal((await one.get('x', { supplier: gone })).headers.get('x-cache-tier'), 'down');
    assert.equal((await one.get('x', { supplier: kept })).headers.get('x-cache-tier'), 'redis');
  }
  await node.start();
  await until(async () => (await one.get('x', { supplier: gone })).headers.get('x-cache-tier') === 'redis');
  assert.equal((await one.post('invalidate', { all: true }, { supplier: gone })).status, 200);
  await one.close();
});
