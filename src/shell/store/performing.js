/** What each operation asks of an open database. `next` gives the head that follows from what has been found, if one does. */

import { holdsBlob } from './encode.js';
import { corrupt, dead, failure, kindOf } from './failure.js';
import {
  add,
  clear,
  directory,
  get,
  head,
  keyAbove,
  keysAbove,
  putDirectory,
  putHead,
  putSegment,
  recordsAbove,
  removeRange,
  run,
} from './transaction.js';

const both = ['segments', 'manifest'];

export const performing = {
  /** The keys that the records are given. */
  async append({ database }, durability, records) {
    try {
      return await run(database, 'segments', durability, [], () =>
        records.map((one) => add('segments', one)),
      );
    } catch (reason) {
      // WebKit stores no blobs in private windows, and says so as of a connection that is lost. This one is not.
      const isBlobs = kindOf(reason) === dead && records.some(({ v }) => v.some(holdsBlob));
      throw isBlobs && (await isAlive(database)) ? failure('DataCloneError') : reason;
    }
  },

  /** The records under keys; `undefined` for one that is not there. */
  async get({ database }, keys) {
    try {
      return await run(database, 'segments', undefined, [], () => keys.map((key) => get('segments', key)));
    } catch (reason) {
      return alone(database, keys, reason);
    }
  },

  /** `[directory, head, lowest key, keys, records]`: from a key on, or from where the directory ends. */
  async read({ database }, after, most) {
    const isStart = after === undefined;
    const slice = async (...of) => {
      const found = await run(database, both, undefined, isStart ? [directory] : [], ([start]) => {
        const from = isStart ? (start?.t ?? 0) : after;
        return [head, keyAbove(0), ...of.map((range) => range(from, most))];
      });
      return isStart ? found : [undefined, ...found];
    };
    try {
      return await slice(keysAbove, recordsAbove);
    } catch (reason) {
      if (kindOf(reason) !== corrupt) throw reason;
      const found = await slice(keysAbove);
      return [...found, await alone(database, found[3], reason)];
    }
  },

  /** `[the head before, the first key above what was looked at, the lowest key]` */
  compact({ database, next }, durability, through, first, last, added, newDirectory) {
    return run(database, both, durability, [head, keyAbove(through), keyAbove(0)], (found) => {
      const newHead = next(found);
      if (!newHead) return [];
      const removed = first === undefined ? [] : [removeRange('segments', first, last)];
      const put = added.map(([key, record]) => putSegment(key, record));
      return [putHead(newHead), ...removed, ...put, putDirectory(newDirectory)];
    });
  },

  /** `[the head before]` */
  drawEpoch({ database, next }) {
    return run(database, 'manifest', 'strict', [head], (found) => [putHead(next(found))]);
  },

  /** Where there is no space, Chromium refuses a transaction that puts anything, however much it removes. */
  clear: ({ database }) =>
    run(database, both, 'relaxed', [], () => [clear('segments'), removeRange('manifest', 1, 1)]),
};

/**
 * Records each in a transaction of its own, because one that the browser itself cannot read any more, for example because the
 * file of a large value is gone, aborts the transaction that asks for it, for this reason. `undefined` stands for those.
 */
async function alone(database, keys, reason) {
  if (kindOf(reason) !== corrupt) throw reason;
  const records = [];
  for (const key of keys) {
    try {
      records.push(...(await run(database, 'segments', undefined, [], () => [get('segments', key)])));
    } catch (another) {
      if (kindOf(another) !== corrupt) throw another;
      records.push(undefined);
    }
  }
  return records;
}

/** Whether a database can be read. */
async function isAlive(database) {
  try {
    await run(database, 'segments', undefined, [], () => [keyAbove(0)]);
    return true;
  } catch {
    return false;
  }
}
