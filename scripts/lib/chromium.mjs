/** How Chromium is started for tests and benchmarks: quietly, and also as root. */
export const chromiumArguments = [
  // As root, as in most containers, Chromium starts only without its sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
