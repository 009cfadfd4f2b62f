/**
 * Differences from the real server that are meant: the documentation gives the same reasons. One that no longer
 * occurs fails the tests. `contains` is looked for in the expected and the received text.
 */
export const meantDifferences = [];
