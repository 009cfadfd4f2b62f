/** @type {import('./index.mjs').BenchCase[]} */
export const queueCases = [
  {
    name: 'queue.enqueue_one',
    unit: 'ms',
    what: 'One mutation of 1 KB accepted by the offline queue, until it is stored.',
    target: null,
    waitsFor: 'the offline queue',
    page: 'queue-enqueue',
    onDisk: true,
    parameters: { how: 'one by one' },
  },
  {
    name: 'queue.enqueue_burst',
    unit: 'ms',
    what: '1,000 mutations of 1 KB enqueued at once, until the last is stored.',
    target: null,
    waitsFor: 'the offline queue',
    page: 'queue-enqueue',
    heavy: true,
    onDisk: true,
    parameters: { how: 'at once' },
  },
  {
    name: 'queue.drain_10k',
    unit: 'ms',
    what: '10,000 waiting mutations of 1 KB sent and gone from the queue; the server answers at once. (A peer’s round takes ten seconds and more: there are three of them.)',
    target: null,
    waitsFor: 'the offline queue',
    page: 'queue-drain',
    heavy: true,
    onDisk: true,
  },
];
