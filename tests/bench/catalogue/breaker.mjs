/** @type {import('./index.mjs').BenchCase[]} */
export const breakerCases = [
  {
    name: 'breaker.success',
    unit: 'µs',
    what: 'One call of a function whose promise is already resolved, through a closed breaker.',
    target: null,
    waitsFor: 'the circuit breaker',
    page: 'breaker',
    parameters: { outcome: 'success' },
  },
  {
    name: 'breaker.rejection',
    unit: 'µs',
    what: 'One call that an open breaker refuses.',
    target: null,
    waitsFor: 'the circuit breaker',
    page: 'breaker',
    parameters: { outcome: 'rejection' },
  },
  {
    name: 'policy.combined',
    unit: 'µs',
    what: 'One successful call through retry, breaker and timeout together.',
    target: null,
    waitsFor: 'the retry manager and the circuit breaker',
    page: 'policy',
  },
];
