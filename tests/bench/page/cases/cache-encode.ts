import { answer, complete, deleteDatabase, freshName, openDatabase } from '../indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import { type ClientRecord, entries } from '../values.js';

/** How a list of so many clients of 1 KB is stored; without either, as text. */
export interface Parameters {
  clients: number;
  encrypted?: boolean;
  compressed?: boolean;
}

interface Options {
  key?: CryptoKey;
  compressAbove?: number;
}

interface Encoded {
  body: unknown;
  bytes: number;
  flags: number;
}

interface EntryModule {
  encodeEntry(value: unknown, options: Options): Encoded | Promise<Encoded>;
  decodeEntry(body: unknown, flags: number, options: Options): Decoded | Promise<Decoded>;
  joinEntry(header: string, body: unknown, bytes: number): [stored: unknown, bytes: number];
  splitEntry(stored: unknown): [header: string, body: unknown] | undefined;
}

type Decoded = [value: ClientRecord[]] | undefined;

const modules = import.meta.glob<EntryModule>('../../../../src/shell/cache/entry.js');

export const makeSides: MakeSides<Parameters> = async (
  { clients, encrypted = false, compressed = false },
  { amount },
) => {
  const [load] = Object.values(modules);
  if (!load) throw new Error('There are no entries.');
  const entry = await load();
  const values = entries(0, clients).map(({ value }) => value);
  const times = amount(20);
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const options: Options = { compressAbove: compressed ? 0 : Number.POSITIVE_INFINITY };
  if (encrypted) options.key = key;
  return [
    storing('ours', '@wedsync/dashboard', entry, values, options, times),
    storing('limit', 'the text of its JSON', entry, values, {}, times),
  ];
};

function storing(
  role: Side['role'],
  name: string,
  { encodeEntry, decodeEntry, joinEntry, splitEntry }: EntryModule,
  values: ClientRecord[],
  options: Options,
  times: number,
): Side {
  const database = freshName();
  const work = async (place: number): Promise<ClientRecord[] | undefined> => {
    const encoded = await encodeEntry(values, options);
    const [stored] = joinEntry('header', encoded.body, encoded.bytes);
    const transaction = opened.transaction('values', 'readwrite', { durability: 'relaxed' });
    transaction.objectStore('values').put([stored], place);
    await complete(transaction);
    const [found] = await answer<unknown[]>(opened.transaction('values').objectStore('values').get(place));
    const parts = splitEntry(found);
    return (await decodeEntry(parts?.[1], encoded.flags, options))?.[0];
  };
  let opened: IDBDatabase;
  return {
    role,
    name,
    async prepare() {
      opened = await openDatabase(database, (fresh) => fresh.createObjectStore('values'));
    },
    async round() {
      const started = performance.now();
      for (let place = 0; place < times; place += 1) await work(place);
      return (performance.now() - started) / times;
    },
    result: () => work(0),
    async close() {
      opened.close();
      await deleteDatabase(database);
    },
  };
}
