/** @type {import('./index.mjs').BenchCase[]} */
export const sizeCases = [
  {
    name: 'startup.download_gzip',
    unit: 'B',
    what: 'What a user downloads, WebAssembly, its binding and the entry together, each file with gzip; React apart.',
    target: { most: 71_000, of: 'ours' },
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
