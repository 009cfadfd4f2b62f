/** @type {import('./index.mjs').BenchCase[]} */
export const cacheScaleCases = [
  {
    name: 'scale.cache_write',
    unit: 'exponent',
    what: 'How the time to write values of 1 KB together grows with their number: 100, 1,000, 10,000.',
    target: null,
    page: 'scale-cache-write',
    heavy: true,
    onDisk: true,
  },
  {
    name: 'scale.cache_one_in_n',
    unit: 'exponent',
    what: 'How the time to write one value of 1 KB durably grows with the number that are cached: 100, 1,000, 10,000.',
    target: null,
    page: 'scale-cache-one',
    onDisk: true,
  },
];
