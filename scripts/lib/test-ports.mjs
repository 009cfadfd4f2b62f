/**
 * The ports of the module's browser tests. They are always the same, because the backend's address is compiled into the
 * tests. They are below those that systems hand out by themselves (from 32,768 on Linux, from 49,152 elsewhere): a
 * connection that some program opened may otherwise have been given one of them.
 */
export const testPorts = { pages: 24_397, backendControl: 24_398, backend: 24_399 };
