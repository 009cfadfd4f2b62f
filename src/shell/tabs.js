/** Locks and channels by which the tabs of a user know of each other. What they are for is decided in `src/core/tabs`. */

/** What happens, as `src/shell/tabs.rs` reads it. */
const ENTERED = 0;
const GRANTED = 1;
const LOST = 2;
const UNAVAILABLE = 3;
const CHECKED = 4;
const GONE = 5;
const SAID = 6;

/** So long a tab waits for another one's question for the token before it asks its own. */
const TURN_MS = 5_000;

/** Whether this browser, and this page in it, has what sharing takes. */
export function canShare() {
  return typeof BroadcastChannel === 'function' && typeof globalThis.navigator?.locks?.request === 'function';
}

/** A lock that is asked for: `granted` once it is held, `ended` with the error if it is refused or taken away. */
class Held {
  #abort = new AbortController();
  #release;
  #kept = new Promise((release) => {
    this.#release = release;
  });
  isHeld = false;

  constructor(name, { steal = false, granted, ended = () => {} }) {
    const hold = () => {
      this.isHeld = true;
      granted();
      return this.#kept;
    };
    // A request that steals does not wait, and takes no signal.
    const options = steal ? { steal } : { signal: this.#abort.signal };
    navigator.locks.request(name, options, hold).catch((error) => {
      if (!this.#abort.signal.aborted) ended(error, this.isHeld);
    });
  }

  /** Gives it back, or asks for it no longer. */
  end() {
    this.#release();
    this.#abort.abort();
  }
}

/** One tab among those of its user. */
export class Tabs {
  #tab;
  #tell;
  #router;
  /** What is open since the last entering; nothing of it is told once that is over. */
  #present;

  /**
   * @param {string} tab its name
   * @param {(membership: number, event: number, value: unknown) => void} tell
   */
  constructor(tab, tell) {
    this.#tab = tab;
    this.#tell = tell;
  }

  /** The router of this tab: it takes what others forward. */
  set router(router) {
    this.#router = router;
  }

  /** @param {number} membership @param {string} group */
  enter(membership, group) {
    this.leave();
    const present = { membership, group, channels: new Map(), watched: new Map() };
    this.#present = present;
    const tell = (event, value) => {
      if (this.#present === present) this.#tell(membership, event, value);
    };
    present.tell = tell;
    try {
      present.all = new BroadcastChannel(group);
      present.all.onmessage = ({ data }) => {
        if (!Array.isArray(data?.frames)) tell(SAID, data);
        else if (data.tabs.includes(this.#tab)) this.#take(present, data);
      };
      present.inbox = new BroadcastChannel(nameOf(group, this.#tab));
      present.inbox.onmessage = ({ data }) => {
        if (Array.isArray(data?.frames)) this.#take(present, data);
        else tell(SAID, data);
      };
      present.life = new Held(nameOf(group, this.#tab), {
        granted: () => tell(ENTERED),
        ended: () => tell(UNAVAILABLE),
      });
    } catch {
      // A page without an origin of its own.
      queueMicrotask(() => tell(UNAVAILABLE));
    }
  }

  #take(present, { from, frames, dropped }) {
    if (this.#present === present && from === present.leader) this.#router.take(frames, dropped);
  }

  /** @param {string} tab */
  takeFrom(tab) {
    if (this.#present) this.#present.leader = tab;
  }

  leave() {
    const present = this.#present;
    if (!present) return;
    this.#present = undefined;
    present.lead?.end();
    present.life?.end();
    for (const watched of present.watched.values()) watched.end();
    for (const channel of [present.all, present.inbox, ...present.channels.values()]) channel?.close();
  }

  queue() {
    this.#lead({});
  }

  steal() {
    this.#lead({ steal: true });
  }

  #lead(options) {
    const present = this.#present;
    if (!present) return;
    present.lead?.end();
    const lead = new Held(present.group, {
      ...options,
      granted: () => this.#isLead(present, lead) && present.tell(GRANTED),
      ended: (_, wasHeld) => this.#isLead(present, lead) && present.tell(wasHeld ? LOST : UNAVAILABLE),
    });
    present.lead = lead;
  }

  /** A lock is granted in a later turn at the earliest, so that it is known by then which one it is. */
  #isLead(present, lead) {
    return this.#present === present && present.lead === lead;
  }

  /** Whether the lock is held says the browser: a page that was frozen does not know yet that it lost it. */
  check() {
    const present = this.#present;
    if (!present) return;
    const own = nameOf(present.group, this.#tab);
    navigator.locks.query().then(
      ({ held }) => {
        const client = (name) => held.find((lock) => lock.name === name)?.clientId;
        const holder = client(present.group);
        present.tell(CHECKED, holder !== undefined && holder === client(own));
      },
      () => present.tell(CHECKED, false),
    );
  }

  /** @param {string} tab */
  watch(tab) {
    const present = this.#present;
    if (!present) return;
    present.watched.get(tab)?.end();
    const watched = new Held(nameOf(present.group, tab), {
      granted: () => {
        // It was waited for, not wanted: a tab of this name may be back.
        watched.end();
        if (present.watched.get(tab) !== watched) return;
        this.#forget(present, tab);
        present.tell(GONE, tab);
      },
    });
    present.watched.set(tab, watched);
  }

  /** @param {string} tab */
  unwatch(tab) {
    if (this.#present) this.#forget(this.#present, tab);
  }

  #forget(present, tab) {
    present.watched.get(tab)?.end();
    present.watched.delete(tab);
    present.channels.get(tab)?.close();
    present.channels.delete(tab);
  }

  /** @param {string | undefined} tab to all, if to none */
  post(tab, message) {
    const present = this.#present;
    if (!present) return;
    if (tab === undefined) present.all?.postMessage(message);
    else {
      // The frames that came before what is said, which may change where they go.
      this.#router.flush();
      this.#channelTo(present, tab).postMessage(message);
    }
  }

  #channelTo(present, tab) {
    const known = present.channels.get(tab);
    if (known) return known;
    const channel = new BroadcastChannel(nameOf(present.group, tab));
    present.channels.set(tab, channel);
    return channel;
  }

  /**
   * What the router has for other tabs. What most of them take is written once for all: that costs more than everything
   * else about it, and than what those lose who look at it in vain.
   */
  forward = (tabs, frames, dropped) => {
    const present = this.#present;
    if (!present) return;
    const message = { from: this.#tab, tabs, frames, dropped };
    if (tabs.length > 2 && tabs.length * 2 > present.watched.size) present.all.postMessage(message);
    else for (const tab of tabs) this.#channelTo(present, tab).postMessage(message);
  };
}

function nameOf(group, tab) {
  return `${group}/${tab}`;
}

/**
 * The application's source of tokens, asked by one tab at a time: each asks the same auth service, which takes a token that
 * two refresh at once for stolen. A tab that waits long for another's question, which may never be answered, asks its own.
 * @param {string} project @param {() => unknown} source
 */
export function inTurn(project, source) {
  return async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), TURN_MS);
    const options = { signal: controller.signal };
    try {
      return await navigator.locks.request(`wedsync/${project}/token`, options, () => {
        clearTimeout(timer);
        return atMost(source());
      });
    } catch (error) {
      if (controller.signal.aborted) return source();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A promise that never settles is not waited for by the other tabs for ever. */
async function atMost(answer) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not answer in time')), 2 * TURN_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
