import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, said } from './rig.mjs';
import { over, redis, tiers } from './tiers.mjs';

/** @param {string} generation */
function partsOf(generation) {
  assert.match(generation, /^\d+\.\d+\.\d+$/);
  const [epoch = 0, count = 0] = generation.split('.').map(Number);
  return { epoch, count };
}

/** @param {Response} answer @returns {Promise<Record<string, string>>} */
async function generationsOf(answer) {
  assert.equal(answer.status, 200);
  return (await said(answer)).generations;
}

for (const { tier, make } of tiers) {
  test(`${tier}: an invalidated tag takes its entries and no others, and what is fetched after it is kept`, async () => {
    const { get, put, post } = make();
    await put('t1', '1', { tags: { xa: '0.0.0', xb: '0.0.0' } });
    await put('t2', '2', { tags: { xb: '0.0.0' } });
    const { xa = '' } = await generationsOf(await post('invalidate', { tags: ['xa'] }));
    assert.equal(partsOf(xa).count, 1);
    assert.equal((await get('t1')).status, 204);
    assert.equal((await get('t2')).status, 200);
    assert.equal((await put('t1', '3', { tags: { xa } })).status, 204);
    assert.equal(await (await get('t1')).text(), '3');
    const next = await generationsOf(await post('invalidate', { tags: ['xa'] }));
    assert.deepEqual(partsOf(next.xa ?? ''), { epoch: partsOf(xa).epoch, count: 2 });
    assert.deepEqual(await generationsOf(await post('generations', { tags: ['xa'] })), { xa: next.xa });
  });

  test(`${tier}: what was fetched before an invalidation is refused after it, and changes nothing`, async () => {
    const { get, put, post } = make();
    // The fetch begins with what is known, then somebody invalidates, then the fetch ends.
    const { xr: seen = '' } = await generationsOf(await post('generations', { tags: ['xr'] }));
    await generationsOf(await post('invalidate', { tags: ['xr'] }));
    const answer = await put('raced', '"old"', { tags: { xr: seen, xother: '9.9.9' } });
    assert.equal(answer.status, 409);
    const { code, generations } = await said(answer);
    assert.equal(code, 'superseded');
    assert.equal((await get('raced')).status, 204);
    const { xr = '', xother = '' } = await generationsOf(
      await post('generations', { tags: ['xr', 'xother'] }),
    );
    assert.equal(generations.xr, xr, 'the answer says what there is to be known');
    assert.equal(partsOf(xother).count, 0, 'the other counter was not taught');
    assert.equal((await put('raced', '"new"', { tags: { xr } })).status, 204);
  });

  test(`${tier}: keys and the whole supplier are invalidated likewise`, async () => {
    const { get, put, post } = make();
    await put('k1', '1');
    await put('k2', '2');
    assert.deepEqual(Object.keys(await generationsOf(await post('invalidate', { keys: ['k1'] }))), ['kk1']);
    assert.deepEqual([(await get('k1')).status, (await get('k2')).status], [204, 200]);
    const { sroses = '' } = await generationsOf(await post('invalidate', { all: true }));
    assert.equal((await get('k2')).status, 204);
    assert.equal(await codeOf(await put('k2', '2')), '409 superseded');
    assert.equal((await put('k2', '2', { tags: { sroses } })).status, 204);
    assert.equal((await get('k2')).status, 200);
  });

  test(`${tier}: a counter that a device has counted on without the server teaches it`, async () => {
    const { get, put, post } = make();
    const ahead = `${Date.now() + 3_600_000}.7.42`;
    assert.equal((await put('taught', '1', { tags: { xt: ahead } })).status, 204);
    assert.equal((await get('taught')).status, 200);
    assert.deepEqual(await generationsOf(await post('generations', { tags: ['xt'] })), { xt: ahead });
    assert.equal(
      await codeOf(await put('taught', '0', { tags: { xt: ahead.replace('.7.', '.6.') } })),
      '409 superseded',
    );
    // Somebody else has counted as far, without having heard of the first: neither knows of the other's.
    assert.equal(
      await codeOf(await put('taught', '0', { tags: { xt: ahead.replace('.42', '.43') } })),
      '409 superseded',
    );
    const { xt = '' } = await generationsOf(await post('invalidate', { tags: ['xt'] }));
    assert.equal(xt, ahead.replace('.7.42', '.8.0'));
    assert.equal((await get('taught')).status, 204);
    const full = `${Date.now() + 7_200_000}.4294967295.1`;
    assert.equal((await put('taught', '1', { tags: { xt: full } })).status, 204);
    const { xt: after = '' } = await generationsOf(await post('invalidate', { tags: ['xt'] }));
    assert.ok(partsOf(after).epoch > partsOf(full).epoch, 'above a counter that is full');
    assert.equal((await get('taught')).status, 204);
    const farthest = `${Date.now() + 400 * 86_400_000}.4294967295.1`;
    assert.equal((await put('taught', '1', { tags: { xt: farthest } })).status, 204);
    const { xt: last = '' } = await generationsOf(await post('invalidate', { tags: ['xt'] }));
    assert.ok(partsOf(last).epoch > partsOf(farthest).epoch, last);
    assert.equal((await get('taught')).status, 204);
    const beyond = `${Date.now() + 401 * 86_400_000}.1.1`;
    assert.equal(await codeOf(await put('taught', '1', { tags: { xt: beyond } })), '400 invalid_request');
  });

  test(`${tier}: what a device has counted itself becomes what the server says, unless that is further`, async () => {
    const { get, put, post } = make();
    const wall = Date.now() + 1_000;
    /** @param {Record<string, string>} counted */
    const tell = async (counted) =>
      generationsOf(
        await post('invalidate', { tags: Object.keys(counted), generations: Object.values(counted) }),
      );
    const counted = { xd: `${wall}.2.42`, kd: `${wall}.1.42` };
    await put('d', '1', { tags: { xd: '0.0.0' } });
    assert.deepEqual(await tell(counted), counted);
    assert.equal((await get('d')).status, 204);
    // Told twice it is the same, and what was fetched since is not touched.
    await put('e', '2', { tags: { xd: counted.xd } });
    assert.deepEqual(await tell({ xd: counted.xd }), { xd: counted.xd });
    assert.equal(await (await get('e')).text(), '2');
    // Who has counted as far, or less, without having heard of that, has counted besides.
    assert.deepEqual(await tell({ xd: `${wall}.2.43` }), { xd: `${wall}.2.43` });
    assert.equal((await get('e')).status, 204);
    assert.deepEqual(await tell({ xd: `${wall}.2.41` }), { xd: `${wall}.3.0` });
    assert.deepEqual(await tell({ xd: `${wall}.1.99` }), { xd: `${wall}.4.0` });
    // What was counted before the server's counters were begun may be less than what was lost.
    const { xlost = '' } = await tell({ xlost: '5.5.5' });
    assert.ok(partsOf(xlost).epoch > 5, xlost);
    for (const generations of [
      ['1.1.1'],
      ['1.1.1', 'x'],
      ['1.1.1', 2],
      '1.1.1',
      ['1.1.1', `${2 ** 50}.1.1`],
    ]) {
      const answer = await post('invalidate', { tags: ['xa', 'xb'], generations });
      assert.equal(await codeOf(answer), '400 invalid_request', String(generations));
    }
    const twice = await post('invalidate', { tags: ['xa', 'xa'], generations: ['1.1.1', '2.2.2'] });
    assert.equal(await codeOf(twice), '400 invalid_request');
  });

  test(`${tier}: tags by the thousand are counted in one call, whatever is in them`, async () => {
    const { get, put, post } = make();
    const strange = [
      'x',
      'x ',
      'x%20',
      'x\n',
      'x-',
      '-',
      'x婚礼',
      'x}{',
      'troses clients 7',
      '__proto__',
      'f',
      'e',
    ];
    const tags = [...strange, ...Array.from({ length: 9_000 }, (_, number) => `xmany${number}`)];
    await put('strange', '1', { tags: Object.fromEntries(strange.map((tag) => [tag, '0.0.0'])) });
    assert.equal((await get('strange')).status, 200);
    const answer = await post('invalidate', { tags });
    const told = new Map(Object.entries(await generationsOf(answer)));
    assert.deepEqual([...told.keys()].sort(), [...tags].sort());
    for (const tag of tags) assert.equal(partsOf(told.get(tag) ?? '').count, 1, tag);
    for (const tag of strange) {
      assert.equal((await put('strange', '1', { tags: { [tag]: told.get(tag) ?? '' } })).status, 204, tag);
      assert.equal((await get('strange')).status, 200, tag);
      await post('invalidate', { tags: [tag] });
      assert.equal((await get('strange')).status, 204, tag);
    }
    const most = Array.from({ length: 10_001 }, (_, number) => `x${number}`);
    assert.equal(await codeOf(await post('invalidate', { tags: most })), '413 too_large');
    for (const wrong of [
      {},
      { tags: [] },
      { tags: [''] },
      { tags: 'x' },
      { keys: [1] },
      { all: 1 },
      { tags: ['\ud800'] },
    ]) {
      assert.equal(await codeOf(await post('invalidate', wrong)), '400 invalid_request');
      assert.equal(await codeOf(await post('generations', wrong)), '400 invalid_request');
    }
  });

  test(`${tier}: more tags than are counted end in counters that are begun anew, above the former ones`, async () => {
    const { get, put, post } = make({ maxTags: 10 });
    const supplier = 'cakes';
    const as = 'ben';
    await put('kept', '1', { supplier, as });
    const before = await generationsOf(await post('invalidate', { tags: ['xfirst'] }, { supplier, as }));
    const tags = Array.from({ length: 20 }, (_, number) => `xn${number}`);
    await post('invalidate', { tags }, { supplier, as });
    const stale = await put('kept', '1', { supplier, as, tags: { xfirst: before.xfirst ?? '' } });
    assert.equal(stale.status, 409);
    assert.equal((await get('kept', { supplier, as })).status, 204);
    const { generations: after } = await said(stale);
    assert.ok(partsOf(after.xfirst).epoch > partsOf(before.xfirst ?? '').epoch);
    assert.equal((await put('kept', '1', { supplier, as, tags: after })).status, 204);
    assert.equal((await get('kept', { supplier, as })).status, 200);
  });

  test(`${tier}: one supplier's counters are not another's`, async () => {
    const { get, put, post } = make();
    await put('shared', '"roses"', { tags: { xs: '0.0.0' }, as: 'ben' });
    await put('shared', '"cakes"', { tags: { xs: '0.0.0' }, as: 'ben', supplier: 'cakes' });
    await post('invalidate', { all: true, tags: ['xs', 'sroses'] }, { as: 'ben', supplier: 'cakes' });
    assert.equal(await (await get('shared')).text(), '"roses"');
    assert.equal((await get('shared', { as: 'ben', supplier: 'cakes' })).status, 204);
  });

  test(`${tier}: puts and invalidations at once end with nothing that is older than the last invalidation`, async () => {
    const { get, put, post } = make();
    for (let round = 0; round < 20; round += 1) {
      const { xz: seen = '' } = await generationsOf(await post('generations', { tags: ['xz'] }));
      const puts = Array.from({ length: 10 }, () => put('race', '"old"', { tags: { xz: seen } }));
      const [answers, invalidated] = await Promise.all([
        Promise.all(puts),
        post('invalidate', { tags: ['xz'] }),
      ]);
      for (const { status } of answers) assert.ok(status === 204 || status === 409, `${status}`);
      await generationsOf(invalidated);
      assert.equal((await get('race')).status, 204);
    }
  });
}

test('what is removed by its key is not in Redis any more', async () => {
  const { put, post } = tiers[1]?.make(over(redis.url, 'removed')) ?? assert.fail();
  await put('secret', '"a name"');
  assert.equal(await redis.client.exists('removed:{roses}:esecret'), 1);
  await post('invalidate', { keys: ['secret'] });
  assert.equal(await redis.client.exists('removed:{roses}:esecret'), 0);
});

test('a whole supplier is invalidated in the same time, whether it has a thousand entries or a million', async () => {
  const { get, put, post } = tiers[1]?.make(over(redis.url, 'million')) ?? assert.fail();
  const fill = `for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
    redis.call('HSET', 'million:{cakes}:ef' .. n, 'f', ARGV[3], 'g', 'tkf' .. n .. ' 0.0.0 tscakes ' .. ARGV[4], 'h', 'h', 't', '0', 'i', 'i', 'v', '1')
  end`;
  const who = { as: 'ben', supplier: 'cakes' };
  /** @param {number} size */
  const measure = async (size) => {
    await redis.client.flushall();
    const { scakes = '' } = await generationsOf(await post('invalidate', { all: true }, who));
    const floor = Number(await redis.client.hget('million:{cakes}:g', 'f'));
    for (let first = 1; first <= size; first += 50_000) {
      await redis.client.eval(fill, 0, first, Math.min(first + 49_999, size), floor, scakes);
    }
    assert.equal(await redis.client.dbsize(), size + 1);
    const last = `f${size}`;
    assert.equal((await get(last, who)).status, 200);
    const times = [];
    for (let round = 0; round < 30; round += 1) {
      const began = performance.now();
      assert.equal((await post('invalidate', { all: true }, who)).status, 200);
      times.push(performance.now() - began);
    }
    for (const key of ['f1', last]) assert.equal((await get(key, who)).status, 204, key);
    times.sort((one, other) => one - other);
    return times[15] ?? 0;
  };
  await put('warm', '1', who);
  await measure(100);
  const [few, many] = [await measure(1_000), await measure(1_000_000)];
  console.log(`invalidated in ${few.toFixed(2)} ms of 1,000 entries, in ${many.toFixed(2)} ms of 1,000,000`);
  // A walk through them would take a thousand times as long.
  assert.ok(many < 5 * few + 2, `${many} ms`);
  const calls = await redis.calls();
  for (const command of ['scan', 'keys', 'hscan', 'hgetall'])
    assert.equal(calls.get(command), undefined, command);
  await redis.client.flushall();
});
