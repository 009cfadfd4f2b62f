import { loadOurs, loadPeer } from '../load.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import type { OpenStore } from '../store.js';
import { reading } from './store-get.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const { openEachQuery } = await loadPeer('@tanstack/query-core', () => import('../peers/query-core.js'));
  const { openOursCached } = await loadOurs(() => import('../peers/ours-cached.js'));
  const reads = amount(50);
  const side = (role: Side['role'], name: string, open: OpenStore) => reading(role, name, open, reads);
  return [
    side('ours', '@wedsync/dashboard', openOursCached),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('peer', '@tanstack/query-core, persisted by query', openEachQuery),
    side('limit', 'IndexedDB', openRawIndexedDb),
  ];
};
