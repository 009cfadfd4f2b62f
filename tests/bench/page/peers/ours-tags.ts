import { freshName } from '../indexeddb.js';
import { deleteStore } from '../store.js';
import type { OpenTaggedCache, TaggedEntry } from '../tagged-cache.js';
import { fillOurs, openOursCache } from './ours-cache.js';

const keyOf = ({ key }: TaggedEntry) => ({
  namespace: 'clients',
  supplierId: 'supplier-1',
  resource: 'record',
  params: { id: key },
});

/** What was made invalid is not shown as fresh from the call on; that it is on the disk, the promise says. */
export const openOursTags: OpenTaggedCache = async () => {
  const name = freshName();
  const dashboard = await openOursCache(name);
  return {
    fill: (entries) =>
      fillOurs(
        dashboard,
        entries.map((entry) => ({ key: keyOf(entry), data: entry.value, tags: entry.tags, ttl: 3_600_000 })),
      ),
    async invalidate(tag) {
      const { disk } = await dashboard.cache.invalidateByTag(tag);
      if (!disk) throw new Error('The disk did not take that a tag is invalid.');
    },
    isValid: (entry) => dashboard.cache.getSnapshot(keyOf(entry)).state === 'fresh',
    async close() {
      await dashboard.close();
      await deleteStore(name);
    },
  };
};
