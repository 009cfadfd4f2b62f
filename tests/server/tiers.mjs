import { after } from 'node:test';
import { RedisServer } from './redis-server.mjs';
import { rig } from './rig.mjs';

const redis = await RedisServer.start();
after(() => redis.stop());

/** Redis takes part in these tests. */
export { redis };

let prefixes = 0;

/** The options of a handler over a Redis, with keys of its own. @param {string} url */
export function over(url, prefix = `test${prefixes++}`) {
  // A machine that does something else must not make a miss of a hit.
  return { redis: { url, load: () => import('ioredis'), prefix, readTimeout: 5_000 } };
}

/**
 * Both tiers, which must do the same: a test is given a handler over each.
 * @type {{ tier: string, make: (options?: Parameters<typeof rig>[0]) => import('./rig.mjs').Rig }[]}
 */
export const tiers = [
  { tier: 'memory', make: (options = {}) => made(options) },
  { tier: 'redis', make: (options = {}) => made({ ...over(redis.url), ...options }) },
];

/** @type {import('./rig.mjs').Rig[]} */
const all = [];
after(() => Promise.all(all.map((one) => one.close())));

/** @param {Parameters<typeof rig>[0]} options */
function made(options) {
  const one = rig(options);
  all.push(one);
  return one;
}
