const waitsFor = 'the event log';

/** @type {import('./index.mjs').BenchCase[]} */
export const logCases = [
  {
    name: 'log.catch_up_10k',
    unit: 'ms',
    what: '10,000 events of 300 B, in pages of 1,000 as the server sends them, stored with the cursor moved in the transaction of each page.',
    target: null,
    waitsFor,
    page: 'log-catch-up',
    onDisk: true,
  },
  {
    name: 'log.replay_100k',
    unit: 'ms',
    what: '100,000 stored events of 300 B read in order and folded into a projection.',
    target: null,
    waitsFor,
    page: 'log-replay',
    heavy: true,
    onDisk: true,
  },
];
