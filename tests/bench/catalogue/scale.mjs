import { cacheScaleCases } from './scale-cache.mjs';

/** @type {import('./index.mjs').BenchCase[]} */
export const scaleCases = [
  {
    name: 'scale.channels',
    unit: 'exponent',
    what: 'How the time for n messages over n channels grows: 10, 100 and 1,000 channels with one message each.',
    target: null,
    page: 'scale-channels',
  },
  {
    name: 'scale.subscribe',
    unit: 'exponent',
    what: 'How the time from a new client to n joined channels grows: 10, 100 and 1,000 channels.',
    target: null,
    page: 'scale-subscribe',
  },
  {
    name: 'scale.queue',
    unit: 'exponent',
    what: 'How the time to enqueue one mutation of 1 KB grows with the number that wait: 100, 1,000, 10,000.',
    target: null,
    waitsFor: 'the offline queue',
    page: 'scale-queue',
    heavy: true,
    onDisk: true,
  },
  ...cacheScaleCases,
];
