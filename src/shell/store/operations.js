/** The operations, by their names. Each is begun at once, and its end is told in a later turn. */

import { failure, kindOf, other } from './failure.js';
import { deleteDatabase, openDatabase } from './opening.js';
import { performing } from './performing.js';
import { hold, site } from './site.js';

/** What is told, by the numbers that `operations.rs` knows; the kinds of `failure.js` are others. */
const done = 0;
const next = 1;
const blocked = 2;
const closed = 3;
const versionChange = 4;
const deletion = 5;

/**
 * `begin` begins an operation. `tell(what, id, value)` is told what happens, and gives for `next` the head that follows from
 * what an operation has found: `undefined` for none, `null` if that was no head. `end` ends everything, silently.
 */
export function operations(tell) {
  /** The openings by their handles; `undefined` while one is under way. */
  const databases = new Map();
  /** What gives back each lock. */
  const locks = new Map();

  const close = (handle) => {
    databases.get(handle)?.close();
    databases.delete(handle);
  };

  const listen = (handle, database) => {
    const end = (what) => {
      if (!databases.has(handle)) return;
      close(handle);
      tell(what, handle);
    };
    database.onclose = () => end(closed);
    database.onversionchange = ({ newVersion }) => end(newVersion === null ? deletion : versionChange);
  };

  const own = {
    /** `[whether it was made, its version]`, or nothing if it has been given up meanwhile. */
    async open(handle, name, version, head, onBlocked) {
      databases.set(handle, undefined);
      const isWanted = () => databases.has(handle);
      const opening = openDatabase(name, version, head, isWanted, onBlocked);
      opening.catch(() => databases.delete(handle));
      const [database, wasMade] = await opening;
      if (!isWanted()) return database.close();
      databases.set(handle, database);
      listen(handle, database);
      return [wasMade, database.version];
    },
    close,
    delete: deleteDatabase,
    hold(name) {
      const { taken, release } = hold(name);
      locks.get(name)?.();
      locks.set(name, release);
      return taken;
    },
    release(name) {
      locks.get(name)?.();
      locks.delete(name);
    },
  };

  const work = async (id, name, given) => {
    if (name in own) return own[name](...given, () => tell(blocked, id));
    if (name in site) return site[name](...given);
    const [handle, ...rest] = given;
    const database = databases.get(handle);
    if (!database) throw failure('InvalidStateError');
    const headAfter = (found) => {
      const head = tell(next, id, found);
      if (head === null) throw failure('DataError');
      return head;
    };
    return performing[name]({ database, next: headAfter }, ...rest);
  };

  return {
    begin(id, name, given) {
      work(id, name, given).then(
        (value) => tell(done, id, value),
        (reason) => {
          const kind = kindOf(reason, name === 'open' || name === 'delete');
          tell(kind, id, kind === other ? `${reason?.name}: ${reason?.message}` : undefined);
        },
      );
    },
    end() {
      // Nothing is told, and no head follows any more: what waits for one is given up.
      tell = () => null;
      for (const handle of databases.keys()) close(handle);
      for (const release of locks.values()) release();
    },
  };
}
