/** What a site has beside its databases. What is missing here, or forbidden, is told as an exception of the browser's is. */

import { failure } from './failure.js';

/** Marks and the list of databases share `localStorage` with the application. */
const markPrefix = 'wedsync-mark:';
const databasePrefix = 'wedsync-database:';
const userPrefix = 'wedsync-user:';

function given(api) {
  if (!api) throw failure('NotSupportedError');
  return api;
}

/** Reading it throws where the site's data are blocked; a worker has none. */
const local = () => given(globalThis.localStorage);

/** The keys of `localStorage` that begin with this, without it. */
function keys(prefix) {
  return Object.keys(local())
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
}

const listsDatabases = () => typeof globalThis.indexedDB?.databases === 'function';

/** WebKit lists a database whose making was aborted, without a version. */
const listed = async () =>
  (await indexedDB.databases()).filter(({ version }) => version > 0).map(({ name }) => name);

/** Notes that a database may exist, where the browser cannot list them. */
export function note(name) {
  try {
    if (!listsDatabases()) local().setItem(databasePrefix + name, '');
  } catch {
    // It cannot be found again then, and neither can anything else be noted here.
  }
}

export function unnote(name) {
  try {
    if (!listsDatabases()) local().removeItem(databasePrefix + name);
  } catch {
    // As above.
  }
}

/** The user whose token was the last on this device; `undefined` if none is known. */
export function lastUser(project) {
  try {
    return local().getItem(userPrefix + project) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberUser(project, user) {
  try {
    if (user === undefined) local().removeItem(userPrefix + project);
    else local().setItem(userPrefix + project, user);
  } catch {
    // Nobody is presumed then.
  }
}

/** What is asked of the site, by its name. */
export const site = {
  async names(prefix) {
    const all = listsDatabases() ? await listed() : keys(databasePrefix);
    return all.filter((name) => name.startsWith(prefix));
  },

  async estimate() {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    return [usage, quota];
  },

  persist: () => navigator.storage?.persist?.(),

  readMarks: (prefix) =>
    keys(markPrefix)
      .filter((name) => name.startsWith(prefix))
      .map((name) => [name, Number(local().getItem(markPrefix + name))]),

  writeMark: (name, value) => local().setItem(markPrefix + name, value),

  /** The names of the locks that any tab holds. */
  async held(prefix) {
    const { held } = await given(navigator.locks).query();
    return held.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  },
};

/** Asks for a lock: `taken` ends once it is held, `release` gives it back, held or not. */
export function hold(name) {
  const asking = new AbortController();
  let release = () => asking.abort();
  const taken = new Promise((resolve, reject) => {
    const keep = () => {
      resolve();
      return new Promise((end) => {
        release = end;
      });
    };
    // Whatever the browser has instead of locks, what it throws is what is told.
    const ask = async () => given(navigator.locks).request(name, { signal: asking.signal }, keep);
    ask().catch(reject);
  });
  return { taken, release: () => release() };
}
