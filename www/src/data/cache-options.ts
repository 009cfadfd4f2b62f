import type { CacheOptions } from '@wedsync/dashboard';

const own = 'user:';

/** What is kept for a user alone has this in the place of a supplier's id. */
export const ownKey = (userId: string) => own + userId;

/**
 * The cache of the signed-in pages. What becomes invalid the members' devices tell each other on the supplier's private topic. The database
 * announces there that clients have changed, which the screens listen to.
 */
export const cacheOptions: CacheOptions = {
  topic: (supplierId) => (supplierId.startsWith(own) ? null : `supplier:${supplierId}`),
  tables: 'none',
  remote: '/api/cache',
};
