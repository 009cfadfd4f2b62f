/** @type {import('./index.mjs').BenchCase[]} */
export const startupCases = [
  {
    name: 'startup.compile',
    unit: 'ms',
    what: 'From nothing to code that can run, in a browser that has nothing cached: the JavaScript imported, the WebAssembly compiled.',
    target: null,
    driver: 'startup',
  },
  {
    name: 'startup.init',
    unit: 'ms',
    what: 'From nothing to a client that can be used, in a browser that has nothing cached.',
    target: null,
    driver: 'startup',
  },
  {
    name: 'startup.first_data',
    unit: 'ms',
    what: 'From navigation until the first of 100 values of 1 KB that an earlier visit cached is painted, in a browser that has the files in its HTTP cache and no module compiled.',
    target: { most: 1.5, of: 'limit_ratio' },
    driver: 'startup',
  },
  {
    name: 'startup.first_data_10k',
    unit: 'ms',
    what: 'The same of 10,000 values, where another user was before, with 1,000.',
    target: { most: 1.5, of: 'limit_ratio' },
    isNew: true,
    driver: 'startup',
  },
];
