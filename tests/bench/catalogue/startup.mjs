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
    what: 'From navigation to the first of 100 values of 1 KB that an earlier visit cached.',
    target: null,
    waitsFor: 'the cache',
    driver: 'startup',
  },
];
