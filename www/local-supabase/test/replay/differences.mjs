/**
 * Differences from the real server that are meant: the documentation gives the same reasons. One that no longer
 * occurs fails the tests. `contains` is looked for in the expected and the received text.
 */
export const meantDifferences = [
  {
    scenario: 'rest_broadcast',
    contains: 'HTTP 204 without content-type',
    reason:
      'A preflight is answered: a hosted project has a gateway that does so, which the recorded server had not.',
  },
];
