/**
 * What an application may be able to do, as the table's heads say it: changes of the database as they happen; what
 * becomes of changes that an outage swallowed; values or tables that outlive a reload; writes that are stored until
 * the server has them.
 */
export const abilities = {
  live: 'live changes',
  broadcasts: 'broadcast, presence',
  gaps: 'missed changes',
  cache: 'cache',
  queue: 'queue of writes',
  tabs: 'one tab works for all',
  retries: 'retries, breaker',
};

/** `true`, `false`, or in a word how far. @typedef {Record<keyof typeof abilities, boolean | string>} Abilities */

/**
 * `ours` and `peer` are the sides of the benchmark `startup.download_*`, where `aside` is measured too. Those with
 * abilities are rows of the table of applications, all of which sign in and send requests.
 * @typedef {object} Bundle
 * @property {'ours' | 'peer' | 'aside' | 'application'} role
 * @property {string} name
 * @property {string} entry a file of `entries/`
 * @property {string[]} [fetched] the files that a browser fetches, where the bundle holds others to choose from
 * @property {Abilities} [can]
 */

const ours = {
  live: true,
  broadcasts: true,
  gaps: 'reported',
  cache: true,
  queue: false,
  tabs: true,
  retries: true,
};
const reactQuery = 'supabase-js, React Query, its persister, idb-keyval and cockatiel';

/** @param {string} storage @param {string} sqlite */
const powerSync = (storage, sqlite) => ({
  role: /** @type {const} */ ('application'),
  entry: 'powersync.tsx',
  fetched: ['powersync.js', 'worker.js', 'FacadeVFS.js', `${storage}.js`, `${sqlite}.js`, `${sqlite}.wasm`],
  can: {
    live: true,
    broadcasts: false,
    gaps: 'read again',
    cache: 'tables',
    queue: true,
    tabs: true,
    retries: false,
  },
});

/** @type {Bundle[]} */
export const bundles = [
  { role: 'ours', name: '@wedsync/dashboard', entry: 'ours.tsx' },
  { role: 'aside', name: '@supabase/realtime-js alone', entry: 'realtime-js.ts' },
  {
    role: 'application',
    name: '@wedsync/dashboard with supabase-js',
    entry: 'ours-supabase-js.tsx',
    can: ours,
  },
  {
    role: 'application',
    name: '@wedsync/dashboard with auth-js and postgrest-js',
    entry: 'ours-auth-postgrest.tsx',
    can: ours,
  },
  {
    role: 'application',
    name: 'supabase-js',
    entry: 'supabase-js.ts',
    can: {
      live: true,
      broadcasts: true,
      gaps: false,
      cache: false,
      queue: false,
      tabs: false,
      retries: false,
    },
  },
  {
    role: 'peer',
    name: reactQuery,
    entry: 'react-query.tsx',
    can: { live: true, broadcasts: true, gaps: false, cache: true, queue: false, tabs: false, retries: true },
  },
  {
    role: 'application',
    name: `${reactQuery}; TanStack DB, its query collection and offline transactions`,
    entry: 'tanstack-db.tsx',
    can: {
      live: true,
      broadcasts: true,
      gaps: false,
      cache: true,
      queue: 'leading tab only',
      tabs: 'the queue',
      retries: true,
    },
  },
  {
    role: 'application',
    name: 'supabase-js, RxDB, its replication, Dexie storage and leader election, cockatiel',
    entry: 'rxdb.tsx',
    can: {
      live: true,
      broadcasts: true,
      gaps: 'read again',
      cache: 'tables',
      queue: true,
      tabs: true,
      retries: true,
    },
  },
  { name: 'supabase-js and PowerSync, in IndexedDB', ...powerSync('IDBBatchAtomicVFS', 'wa-sqlite-async') },
  { name: 'supabase-js and PowerSync, in OPFS', ...powerSync('OPFSCoopSyncVFS', 'wa-sqlite') },
];
