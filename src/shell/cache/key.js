/** The key that a user's values are encrypted with: it lies in a database of its own, as a handle that no script can read. */

import { openDatabase } from '../store/opening.js';
import { get, putSegment, run } from '../store/transaction.js';
import { isKey, makeKey } from './cipher.js';

const version = 1;
/** Under which it lies. */
const place = 1;

/**
 * The key in the database of this name, which gets one if there is none; of those that several tabs make at once, the first
 * that is stored counts. The database is open only meanwhile, so that no wipe has to wait for it.
 *
 * Rejects where there is none to be had: no secure context, no database, or one that stores no keys.
 */
export async function keyOf(name, head) {
  const made = await makeKey();
  const [database] = await openDatabase(
    name,
    version,
    head,
    () => true,
    () => {},
  );
  try {
    let counts = made;
    await run(database, 'segments', 'strict', [get('segments', place)], ([found]) => {
      if (isKey(found)) counts = found;
      return counts === made ? [putSegment(place, made)] : [];
    });
    return counts;
  } finally {
    database.close();
  }
}
