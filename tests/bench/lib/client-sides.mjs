/** The sides of the cases that hold a realtime client in a page. */
export const clientSides = /** @type {const} */ ([
  { role: 'ours', name: '@wedsync/dashboard', client: 'ours' },
  { role: 'peer', name: '@supabase/realtime-js', client: 'realtime-js' },
  { role: 'limit', name: 'JSON.parse and a Map', client: 'minimal router' },
]);

/** The channels that each of these clients joins. */
export const channels = Array.from({ length: 10 }, (_, place) => `room-${place}`);
