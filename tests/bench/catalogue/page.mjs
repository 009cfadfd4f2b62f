/** @type {import('./index.mjs').BenchCase[]} */
export const pageCases = [];
