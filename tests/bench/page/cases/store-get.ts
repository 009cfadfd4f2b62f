import { loadPeer } from '../load.js';
import { openOurs } from '../peers/ours-store.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import type { OpenStore } from '../store.js';
import { reading } from './cache-get.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const present = amount(10_000);
  const reads = amount(100);
  const side = (role: Side['role'], name: string, open: OpenStore) =>
    reading(role, name, open, present, reads);
  return [
    side('ours', '@wedsync/dashboard', openOurs),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('limit', 'IndexedDB', openRawIndexedDb),
  ];
};
