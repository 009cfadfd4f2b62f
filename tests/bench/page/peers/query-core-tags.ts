import type { OpenTaggedCache } from '../tagged-cache.js';
import { newQueryClient } from './query-core.js';

/**
 * It has no tags: its documentation has keys begin with what is invalidated together. Nothing is fetched again, and
 * only the memory is told: what a persister stored is as it was.
 */
export const openQueryCoreTags: OpenTaggedCache = () => {
  const client = newQueryClient();
  return {
    fill(entries) {
      for (const { key, value, tags } of entries) client.setQueryData([tags[0], key], value);
    },
    invalidate: (tag) => client.invalidateQueries({ queryKey: [tag], refetchType: 'none' }),
    isValid: ({ key, tags }) => client.getQueryState([tags[0], key])?.isInvalidated === false,
    close: () => client.clear(),
  };
};
