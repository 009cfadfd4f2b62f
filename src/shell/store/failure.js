/** What went wrong, by the name that the browser gives it. */

/** Kinds of failure, by the numbers that `operations.rs` knows. */
export const dead = 10;
const quota = 11;
const newer = 12;
const refused = 13;
const notCloneable = 14;
export const corrupt = 15;
export const other = 16;

const ofAnOpenDatabase = {
  // The browser aborts transactions by itself only with their connection.
  InvalidStateError: dead,
  UnknownError: dead,
  AbortError: dead,
  QuotaExceededError: quota,
  VersionError: newer,
  SecurityError: refused,
  NotAllowedError: refused,
  NotSupportedError: refused,
  DataCloneError: notCloneable,
  // A value whose file is gone, or whose bytes say nothing; a database without our object stores.
  DataError: corrupt,
  NotReadableError: corrupt,
  NotFoundError: corrupt,
};

/** There is nothing yet that could be dead. Firefox says the first of private windows that have no storage. */
const ofAnOpening = {
  ...ofAnOpenDatabase,
  InvalidStateError: refused,
  UnknownError: other,
  AbortError: other,
};

/** The kind of a failure. */
export function kindOf(reason, isOpening = false) {
  return (isOpening ? ofAnOpening : ofAnOpenDatabase)[reason?.name] ?? other;
}

/** A failure of our own, by the name that a browser would give it. */
export const failure = (name) => new DOMException('The store finds it so.', name);
