/**
 * Who is weighed, in the roles of the benchmark.
 * @type {{ role: 'ours' | 'peer' | 'aside', name: string, entry: string }[]}
 */
export const bundles = [
  { role: 'ours', name: '@wedsync/dashboard', entry: 'ours.tsx' },
  {
    role: 'peer',
    name: 'supabase-js, react-query, its persister, idb-keyval and cockatiel',
    entry: 'peers.tsx',
  },
  { role: 'aside', name: '@supabase/realtime-js alone', entry: 'realtime-js.ts' },
];
