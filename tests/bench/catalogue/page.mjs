/** @type {import('./index.mjs').BenchCase[]} */
export const pageCases = [
  ...[1, 3, 5].flatMap((thousands) => [
    {
      name: `load.long_task_max_${thousands}k`,
      unit: 'ms',
      what: `The longest time in a second for which the page did not get to a timer, while ${thousands},000 broadcasts of 1 KB a second came over a socket: the mean of 2 s (a quick run: 1 s).`,
      target: null,
      driver: 'load',
      parameters: { perSecond: thousands * 1_000 },
    },
    {
      name: `load.frames_dropped_${thousands}k`,
      unit: 'frames',
      what: `How many of the frames that the screen would have shown in these 2 s (a quick run: 1 s) were not painted, at ${thousands},000 broadcasts a second.`,
      target: null,
      driver: 'load',
      parameters: { perSecond: thousands * 1_000 },
    },
  ]),
  {
    name: 'heap.after_1m',
    unit: 'MB',
    what: 'What a page holds, heap and WebAssembly memory, after its client received 1,000,000 messages of 250 bytes (a quick run: 100,000).',
    target: null,
    driver: 'heap',
  },
  {
    name: 'heap.growth_1m',
    unit: 'MB',
    what: 'The same less what it held after the first 10,000: what is never let go.',
    target: null,
    driver: 'heap',
  },
];
