const waitsFor = 'the cache';

/** @type {import('./index.mjs').BenchCase[]} */
export const cacheCases = [
  {
    name: 'cache.memory_hit',
    unit: 'µs',
    what: 'One read of a value that is held in memory, of 10,000.',
    target: null,
    waitsFor,
    page: 'cache-memory',
  },
  {
    name: 'cache.tag_invalidate_10k',
    unit: 'µs',
    what: 'All 10,000 entries of one tag made invalid, until a read says so.',
    target: null,
    waitsFor,
    page: 'cache-tags',
    heavy: true,
    onDisk: true,
  },
  {
    name: 'cache.remote_hit',
    unit: 'ms',
    what: 'One value of 1 KB that this device does not have, taken from a remote cache over HTTP on this machine.',
    target: null,
    waitsFor,
    page: 'cache-remote',
  },
];
