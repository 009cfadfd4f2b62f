/**
 * Reads of what memory holds, each with a key made for it. What makes one fast, another defeats: names that are remembered, few parameters,
 * nothing invalidated since.
 * @param {string} suffix
 * @param {string} what
 * @param {number} most
 * @param {Record<string, string | number | boolean>} parameters
 * @returns {import('./index.mjs').BenchCase}
 */
const memoryHit = (suffix, what, most, parameters) => ({
  name: `cache.memory_hit${suffix}`,
  unit: 'µs',
  what,
  target: { most, of: 'ratio' },
  ...(suffix !== '' && { isNew: true }),
  page: 'cache-memory',
  onDisk: true,
  parameters: { keys: 'record', read: 'get', present: 10_000, ...parameters },
});

const memoryCases = [
  memoryHit(
    '',
    'One read of a value that is held in memory, of 10,000, told apart by one parameter.',
    0.4,
    {},
  ),
  memoryHit('.few', 'The same of 100 values.', 0.4, { present: 100 }),
  memoryHit('.resource', 'The same of 40 values that names alone tell apart.', 0.4, { keys: 'resource' }),
  memoryHit('.names', 'The same of 10,000 values that names alone tell apart.', 0.4, { keys: 'names' }),
  memoryHit('.filters', 'The same of 10,000 values told apart by six parameters.', 0.4, { keys: 'filters' }),
  memoryHit('.doubted', 'The same after something else was made invalid, once each of 1,000.', 1, {
    isDoubted: true,
    present: 1_000,
  }),
  memoryHit('.await', 'The same by the method that reads from the other tiers, awaited.', 0.4, {
    read: 'await',
  }),
  memoryHit('.fetch', 'The same by the method that would fetch it, awaited.', 0.4, { read: 'fetch' }),
];

/** @type {import('./index.mjs').BenchCase[]} */
export const cacheCases = [
  ...memoryCases,
  .../** @type {const} */ (['set', 'get']).map((how) => ({
    name: `cache.beside_store_${how}`,
    unit: 'ms',
    what:
      how === 'set'
        ? 'One value of 1 KB set with tags and a version until it is on the disk, held against a write of the store that it lies in.'
        : 'The same of 10,000 read in a page that was opened anew, not from memory, held against a read of that store.',
    target: { most: 1.3, of: /** @type {const} */ ('limit_ratio') },
    isNew: true,
    page: 'cache-set',
    onDisk: true,
    parameters: { how },
  })),
  {
    name: 'cache.set_one',
    unit: 'ms',
    what: 'One value of 1 KB written, until it is durable.',
    target: null,
    page: 'cache-write',
    onDisk: true,
    parameters: { how: 'one by one' },
  },
  {
    name: 'cache.get_one',
    unit: 'ms',
    what: 'One value of 1 KB read by its key from an open database of 10,000, not from memory.',
    target: null,
    page: 'cache-get',
    onDisk: true,
  },
  {
    name: 'cache.write_10k',
    unit: 'ms',
    what: '10,000 values of 1 KB written together, until the last is durable.',
    target: null,
    page: 'cache-write',
    heavy: true,
    onDisk: true,
    parameters: { how: 'together' },
  },
  {
    name: 'cache.encrypted_4k',
    unit: 'ms',
    what: 'A list of 4 KB encrypted, written to IndexedDB, read and decrypted, held against its text.',
    target: { most: 1.5, of: 'limit_ratio' },
    isNew: true,
    page: 'cache-encode',
    onDisk: true,
    parameters: { clients: 4, encrypted: true },
  },
  {
    name: 'cache.encrypted_64k',
    unit: 'ms',
    what: 'The same of 64 KB, compressed before it is encrypted.',
    target: { most: 2.5, of: 'limit_ratio' },
    isNew: true,
    page: 'cache-encode',
    onDisk: true,
    parameters: { clients: 64, encrypted: true, compressed: true },
  },
  {
    name: 'cache.cold_read_10k',
    unit: 'ms',
    what: 'A database opened and all its 10,000 values of 1 KB brought to where they can be read by key.',
    target: null,
    page: 'cache-cold-read',
    onDisk: true,
  },
  {
    name: 'cache.tag_invalidate_10k',
    unit: 'µs',
    what: 'All 10,000 entries of one tag made invalid, until a read from memory says so.',
    target: { most: 0.02, of: 'ratio' },
    page: 'cache-tags',
    heavy: true,
    onDisk: true,
    parameters: { until: 'shown' },
  },
  {
    name: 'cache.tag_invalidate_10k.durable',
    unit: 'µs',
    what: 'The same until it holds after a reload too.',
    target: { most: 0.02, of: 'ratio' },
    isNew: true,
    page: 'cache-tags',
    heavy: true,
    onDisk: true,
    parameters: { until: 'durable' },
  },
  {
    name: 'cache.remote_hit',
    unit: 'ms',
    what: 'One value of 1 KB that this device does not have, taken from a remote cache over HTTP on this machine.',
    target: null,
    page: 'cache-remote',
  },
  {
    name: 'cache.server_hit',
    unit: 'ms',
    what: 'One value of 1 KB taken from the handler of the shared cache over HTTP on this machine, beside a handler that verifies who asks in the same way and then asks Redis for a text.',
    target: { most: 1.5, of: 'ratio' },
    isNew: true,
    driver: 'cache-server',
  },
];
