import { readBudgets } from '../size/lib/budgets.mjs';

/** So far the package is realtime, and what that needs. */
const budget = readBudgets().capabilities.find(({ name }) => name === 'realtime')?.budget ?? 0;

/** @type {import('./index.mjs').BenchCase[]} */
export const sizeCases = [
  {
    name: 'startup.download_gzip',
    unit: 'B',
    what: 'What a user downloads of the package, WebAssembly, its binding and the entry together, each file with gzip; React apart. The peer signs in and sends requests too: `npm run size` weighs whole applications.',
    target: { most: budget, of: 'ours' },
    driver: 'size',
    parameters: { compression: 'gzip' },
  },
  {
    name: 'startup.download_brotli',
    unit: 'B',
    what: 'The same with brotli.',
    target: null,
    driver: 'size',
    parameters: { compression: 'brotli' },
  },
];
