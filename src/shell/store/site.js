/** What a site has beside its databases. What is missing here, or forbidden, is told as an exception of the browser's is. */

/** Marks and the list of databases share `localStorage` with the application. */
const markPrefix = 'wedsync-mark:';
const databasePrefix = 'wedsync-database:';
const userPrefix = 'wedsync-user:';

function given(api) {
  if (!api) throw new DOMException('The browser does not have this here.', 'NotSupportedError');
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

/** Works for `promise.js`. */
export function names(prefix) {
  return async () => {
    const all = listsDatabases() ? await listed() : keys(databasePrefix);
    return all.filter((name) => name.startsWith(prefix));
  };
}

export function estimate() {
  return async () => {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    return [usage, quota];
  };
}

export function persist() {
  return () => navigator.storage?.persist?.();
}

export function readMarks(prefix) {
  return () =>
    keys(markPrefix)
      .filter((name) => name.startsWith(prefix))
      .map((name) => [name, Number(local().getItem(markPrefix + name))]);
}

export function writeMark(name, value) {
  return () => local().setItem(markPrefix + name, value);
}

/** Asks for a lock: `taken` is work that ends once it is held, `release` gives it back, held or not. */
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
  return { taken: () => taken, release: () => release() };
}

export function held(prefix) {
  return async () => {
    const { held } = await given(navigator.locks).query();
    return held.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  };
}
