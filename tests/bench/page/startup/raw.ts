import { answer, complete, openDatabase } from '../indexeddb.js';
import { type ClientRecord, entries } from '../values.js';

const open = () => openDatabase('raw', (database) => database.createObjectStore('values'));

export async function visit(count: number): Promise<void> {
  const database = await open();
  const transaction = database.transaction('values', 'readwrite');
  for (const { key, value } of entries(0, count)) transaction.objectStore('values').put(value, key);
  await complete(transaction);
  database.close();
}

/** The least that reads a value from the disk: the database is opened, and the one record got. */
export async function firstData(key: string): Promise<string | undefined> {
  const database = await open();
  const store = database.transaction('values').objectStore('values');
  const value: ClientRecord | undefined = await answer(store.get(key));
  return value?.id;
}
