/** The page that opens without a network, whatever the address is. */
export const offlineShell = '/offline-shell';

/** Where the build puts the service worker. */
export const workerPath = '/serwist/sw.js';
