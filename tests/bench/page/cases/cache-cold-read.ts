import { loadOurs, loadPeer } from '../load.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import type { OpenStore } from '../store.js';
import { reading } from './store-read.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const { openWholeClient } = await loadPeer('@tanstack/query-core', () => import('../peers/query-core.js'));
  const { openOursCached } = await loadOurs(() => import('../peers/ours-cached.js'));
  const count = amount(10_000);
  const side = (role: Side['role'], name: string, open: OpenStore) =>
    // Ours has no call that reads everything: each value is asked for, all at once.
    reading(role, name, open, { count, updates: 0, isBulk: role === 'ours' });
  return [
    side('ours', '@wedsync/dashboard', openOursCached),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('peer', '@tanstack/query-core, persisted whole', openWholeClient),
    side('limit', 'packed IndexedDB', openPackedIndexedDb),
    side('aside', 'IndexedDB, a record a value', openRawIndexedDb),
  ];
};
