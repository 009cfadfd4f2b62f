/** @type {import('./index.mjs').BenchCase[]} */
export const healthCases = [
  {
    name: 'health.monitoring',
    unit: 'of a core',
    what: 'Processor time of a tab that asks ten services once a minute how they are: each is asked every second, and a sixtieth of the time counted.',
    target: { most: 0.001, of: 'ours' },
    isNew: true,
    driver: 'health',
  },
];
