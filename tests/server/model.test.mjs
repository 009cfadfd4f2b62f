import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAfter, parseGeneration } from '../../pkg/cache-protocol/generation.js';
import { said } from './rig.mjs';
import { over, redis, tiers } from './tiers.mjs';

const steps = 1_500;
const keys = ['a', 'b', 'c'];
const tags = ['xa', 'xb', 'xc', 'troses clients', 'sroses'];

/** @param {string} text */
const parsed = (text) => parseGeneration(text) ?? assert.fail(text);

/** Numbers from 0 to below `end`, the same for the same seed (mulberry32). @param {number} seed */
function numbers(seed) {
  let state = seed;
  return (/** @type {number} */ end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

/**
 * Devices that fetch, put, read and invalidate in any order, each with what it happens to know of the counters, against what
 * must be so: a value that is given was fetched after the last invalidation of each of its tags.
 * @param {import('./rig.mjs').Rig} one
 * @param {number} seed
 * @param {() => Promise<unknown>} [lose] takes all counters away
 */
async function play(one, seed, lose) {
  const below = numbers(seed);
  /** @template Item @param {Item[]} from @returns {Item} */
  const any = (from) => from[below(from.length)] ?? assert.fail();
  const devices = Array.from({ length: 3 }, () => new Map());
  /** @type {Map<string, number>} when a tag was last invalidated */
  const invalidated = new Map();
  /** @type {{ key: string, at: number, tags: string[], seen: Record<string, string>, device: Map<string, string> }[]} */
  const fetches = [];
  /** @type {Map<string, { at: number, tags: string[] }>} what is kept, if nothing is lost */
  const kept = new Map();
  /** @param {{ at: number, tags: string[] }} value */
  const isValid = ({ at, tags: own }) => own.every((tag) => (invalidated.get(tag) ?? -1) < at);
  /**
   * As a dashboard does: what it knows does not go back, and what the server has lost it is told again.
   * @param {Map<string, string>} device @param {Record<string, string>} generations @param {number} now
   */
  const learn = async (device, generations, now) => {
    /** @type {string[]} */
    const lost = [];
    for (const [tag, generation] of Object.entries(generations)) {
      const known = device.get(tag) ?? '0.0.0';
      if (isAfter(parsed(known), parsed(generation))) lost.push(tag);
      else device.set(tag, generation);
    }
    if (lost.length === 0) return;
    assert.ok(lose, 'the server has gone back');
    const counted = lost.map((tag) => device.get(tag));
    const answer = await said(one.post('invalidate', { tags: lost, generations: counted }));
    for (const tag of lost) {
      device.set(tag, answer.generations[tag]);
      if (answer.generations[tag] !== counted[lost.indexOf(tag)]) invalidated.set(tag, now);
    }
  };
  if (lose) {
    // Who knows of no counter must not be met by a loss of all of them: that is the one case which is not promised.
    const all = [...tags, ...keys.map((key) => `k${key}`)];
    const { generations } = await said(one.post('invalidate', { tags: all }));
    for (const device of devices) await learn(device, generations, -1);
  }
  const outcomes = { hit: 0, miss: 0, stored: 0, superseded: 0 };

  for (let now = 0; now < steps; now += 1) {
    const device = any(devices);
    const key = any(keys);
    const step = below(lose ? 101 : 100);
    if (step < 25) {
      const own = [`k${key}`, 'sroses', ...tags.slice(0, 4).filter(() => below(3) === 0)];
      if (lose || below(3) > 0)
        await learn(device, (await said(one.post('generations', { tags: own }))).generations, now);
      const seen = Object.fromEntries(own.map((tag) => [tag, device.get(tag) ?? '0.0.0']));
      // What was told above came before it.
      fetches.push({ key, at: now + 0.5, tags: own, seen, device });
    } else if (step < 50 && fetches.length > 0) {
      const [fetched] = fetches.splice(below(fetches.length), 1);
      assert.ok(fetched);
      const body = JSON.stringify({ at: fetched.at, tags: fetched.tags });
      const answer = await one.put(fetched.key, body, { tags: fetched.seen });
      assert.ok(answer.status === 204 || answer.status === 409, String(answer.status));
      if (answer.status === 204) {
        assert.ok(isValid(fetched), 'a value that was out of date was taken');
        kept.set(fetched.key, fetched);
        outcomes.stored += 1;
      } else {
        await learn(fetched.device, (await said(answer)).generations, now);
        outcomes.superseded += 1;
      }
    } else if (step < 90) {
      const answer = await one.get(key);
      const model = kept.get(key);
      if (answer.status === 200) {
        const value = await said(answer);
        assert.ok(isValid(value), `a value that was out of date was given: ${JSON.stringify(value)}`);
        assert.equal(value.at, model?.at, 'another value than the last one');
        outcomes.hit += 1;
      } else {
        assert.equal(answer.status, 204);
        assert.ok(lose || model === undefined || !isValid(model), 'a value that is valid was not given');
        outcomes.miss += 1;
      }
    } else if (step < 100) {
      const named = [...new Set([any(tags), any([...tags, `k${key}`])])].filter(
        (tag) => tag !== 'sroses' || below(3) === 0,
      );
      if (named.length === 0) continue;
      await learn(device, (await said(one.post('invalidate', { tags: named }))).generations, now);
      for (const tag of named) invalidated.set(tag, now);
    } else {
      await lose?.();
    }
  }
  assert.ok(Math.min(...Object.values(outcomes)) > steps / 50, JSON.stringify(outcomes));
}

for (const { tier, make } of tiers) {
  test(`${tier}: devices that know different things are given nothing that is out of date, and all that is not`, async () => {
    for (let seed = 1; seed <= 6; seed += 1) await play(make(), seed);
  });
}

test('redis: nor if counters, entries or both are lost meanwhile', async () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const prefix = `lossy${seed}`;
    const one = tiers[1]?.make(over(redis.url, prefix)) ?? assert.fail();
    const below = numbers(seed + 100);
    await play(one, seed, async () => {
      const names = [`${prefix}:{roses}:g`, ...keys.map((key) => `${prefix}:{roses}:e${key}`)];
      await redis.client.del(...(below(2) === 0 ? names.slice(0, 1) : names.slice(below(2))));
    });
  }
});

test('memory: nor if all counters are begun anew for want of room', async () => {
  const one = tiers[0]?.make({ maxTags: 10 }) ?? assert.fail();
  let lost = 0;
  await play(one, 7, async () => {
    lost += 1;
    await one.post('invalidate', { tags: Array.from({ length: 12 }, (_, tag) => `xlost${lost} ${tag}`) });
  });
  assert.ok(lost > 3);
});
