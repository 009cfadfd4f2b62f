import { loadPeer } from '../load.js';
import { openOurs } from '../peers/ours-store.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import type { OpenStore } from '../store.js';
import { entries } from '../values.js';
import { type Parameters, writing } from './cache-write.js';

export const makeSides: MakeSides<Parameters> = async ({ how }, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const values = entries(0, how === 'together' ? amount(10_000) : amount(100));
  const side = (role: Side['role'], name: string, open: OpenStore) => writing(role, name, open, how, values);
  return [
    side('ours', '@wedsync/dashboard', openOurs),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    how === 'together'
      ? side('limit', 'packed IndexedDB', openPackedIndexedDb)
      : side('limit', 'IndexedDB', openRawIndexedDb),
  ];
};
