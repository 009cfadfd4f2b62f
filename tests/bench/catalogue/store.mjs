/** @type {import('./index.mjs').BenchCase[]} */
export const storeCases = [
  {
    name: 'store.put_one',
    unit: 'ms',
    what: 'One value of 1 KB written to an open database at rest, until it is committed.',
    target: { most: 1.2, of: 'limit_ratio' },
    isNew: true,
    page: 'store-write',
    onDisk: true,
    parameters: { how: 'one by one' },
  },
  {
    name: 'store.get_one',
    unit: 'ms',
    what: 'One value of 1 KB read by its key from an open database of 10,000 at rest; of ours none that memory holds, which is checked.',
    target: { most: 1.2, of: 'limit_ratio' },
    isNew: true,
    page: 'store-get',
    onDisk: true,
  },
  {
    name: 'store.write_10k',
    unit: 'ms',
    what: '10,000 values of 1 KB written together, until the last is committed.',
    target: { most: 0.12, of: 'ratio' },
    isNew: true,
    page: 'store-write',
    heavy: true,
    onDisk: true,
    parameters: { how: 'together' },
  },
  ...[0, 100_000].flatMap((updates) => {
    const [suffix, after] =
      updates === 0 ? ['', ''] : ['_worn', ' after 100,000 updates and their compaction'];
    const parameters = { updates };
    return [
      {
        name: `store.read_10k${suffix}`,
        unit: 'ms',
        what: `A database opened and its 10,000 values of 1 KB brought to where they can be read by key${after}; the peers read them by their keys, in bulk.`,
        target: { most: 0.1, of: /** @type {const} */ ('ratio') },
        isNew: true,
        page: 'store-read',
        heavy: true,
        onDisk: true,
        parameters: { ...parameters, peersRead: 'bulk' },
      },
      {
        name: `store.read_all_10k${suffix}`,
        unit: 'ms',
        what: `The same${after}, held against one \`getAll\` of 10,000 records.`,
        target: { most: 0.4, of: /** @type {const} */ ('limit_ratio') },
        isNew: true,
        page: 'store-read',
        heavy: true,
        onDisk: true,
        parameters: { ...parameters, peersRead: 'all' },
      },
    ];
  }),
  {
    name: 'store.put_while_busy_p99',
    unit: 'ms',
    what: 'One strict write of 1 KB to the outbox, until it is committed, while another tab writes 10,000 rows: 99 of 100 take no longer.',
    target: { most: 60, of: 'ours' },
    isNew: true,
    driver: 'busy-store',
  },
];
