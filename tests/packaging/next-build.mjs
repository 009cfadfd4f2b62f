// A build of tomorrow, as far as the databases go.

/**
 * Makes of this build the next one, whose databases have one version more: it asks for that one, and what has it is its
 * own. Its object stores are the same, so it has nothing to change in them.
 */
export function becomeNext() {
  const page = /** @type {any} */ (globalThis);
  const open = page.indexedDB.open.bind(page.indexedDB);
  page.indexedDB.open = (/** @type {string} */ name, /** @type {number | undefined} */ version) =>
    version === undefined ? open(name) : open(name, version + 1);
  const version = Object.getOwnPropertyDescriptor(page.IDBDatabase.prototype, 'version');
  Object.defineProperty(page.IDBDatabase.prototype, 'version', {
    get() {
      return version?.get?.call(this) - 1;
    },
  });
}
