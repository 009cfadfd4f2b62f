import { checkListener, invalid } from './arguments.js';
import type { Client } from './client.js';
import { Emitter } from './emitter.js';

/** The databases that a user has on this device. */
export type StoreDatabase = 'outbox' | 'data' | 'cache';

/**
 * What is wrong with a database: `blocked`: it waits to be opened, for a tab of an older build or one that sleeps; `failing`: it does not answer in
 * time, or the browser has cut the connection, and it is opened again; `refused`: the browser gives none (a private window,
 * blocked site data); `newer`: it belongs to a newer build, and is only read until the page is loaded again.
 */
export type StoreTrouble = 'blocked' | 'failing' | 'refused' | 'newer';

/** How well things are kept on this device. */
export interface StoreStatus {
  /**
   * Where what is written ends. `opening` until a database has answered, then `disk`; `memory` where none can be opened,
   * after three attempts: then nothing outlives this page. It is tried again now and then.
   */
  durability: 'opening' | 'disk' | 'memory';
  /** Whether writes go to a database of this tab's own for now, because another tab holds up the shared one. */
  spilling: boolean;
  /** What is wrong, by database; a database that is well is not named. */
  troubles: Partial<Record<StoreDatabase, StoreTrouble>>;
}

/** How much space there is, in bytes. */
export interface StoreSpace {
  /** What this site uses, as the browser estimates it; 0 where it does not tell. */
  usage: number;
  /** What it may use; 0 where the browser does not tell. */
  quota: number;
  /** What the user's own databases take, as far as this tab has opened them. */
  databases: Record<StoreDatabase, number>;
}

/** What `on` can listen to, and what each listener is given. */
export interface StoreEvents {
  /** How well things are kept has changed. */
  status: StoreStatus;
  /** A database was gone (the user has cleared this site's data), and with it so many entries that no tab held any more. */
  lost: { database: StoreDatabase; entries: number };
  /** So many records of a database cannot be read. They are left alone, and everything else goes on. */
  'set-aside': { database: StoreDatabase; records: number };
  /** Everything this user had on this device was wiped, by this tab or another one. */
  wiped: undefined;
}

/** News of the store, as the module tells it. */
export type StoreNews = {
  [Name in keyof StoreEvents]: { name: Name; value: StoreEvents[Name] };
}[keyof StoreEvents];

const OPENING: StoreStatus = { durability: 'opening', spilling: false, troubles: {} };

const EVENTS: Record<keyof StoreEvents, true> = { status: true, lost: true, 'set-aside': true, wiped: true };

/**
 * What this device keeps for the user: how durable it is, how much space it takes.
 *
 * @example
 * ```ts
 * const { store } = await createDashboard({ url, key });
 * store.on('status', ({ durability }) => showBanner(durability === 'memory'));
 * document.querySelector('#keep')?.addEventListener('click', () => store.persist());
 * ```
 */
export class DashboardStore {
  readonly #client: Client;
  readonly #events = new Emitter<StoreEvents>();
  #status = OPENING;

  /** @internal */
  constructor(client: Client) {
    this.#client = client;
    client.tellStore = ({ name, value }) => {
      if (name === 'status') this.#status = value;
      this.#events.emit(name, value);
    };
    client.start().storeOpen();
  }

  /** How well things are kept now. The same object until that changes. */
  get status(): StoreStatus {
    return this.#status;
  }

  /**
   * How much space there is, and what the user's databases take.
   *
   * @throws {DashboardError} `storage_unavailable`, `closed`.
   */
  async space(): Promise<StoreSpace> {
    const space = await this.#client.call<Omit<StoreSpace, 'databases'>>(
      () => (client, call) => client.storeSpace(call),
    );
    const bytes = (database: StoreDatabase) => this.#client.present?.storeBytes(database) ?? 0;
    return { ...space, databases: { outbox: bytes('outbox'), data: bytes('data'), cache: bytes('cache') } };
  }

  /**
   * Asks the browser not to clear what is stored when space is short. Ask after the user has done something that shows why:
   * Firefox asks the user, Chromium and Safari decide by themselves, and Safari may delete what a site has stored after
   * seven days without a visit all the same.
   *
   * @returns whether it is kept
   * @throws {DashboardError} `storage_unavailable`, `closed`.
   */
  persist(): Promise<boolean> {
    return this.#client.call<boolean>(() => (client, call) => client.storePersist(call));
  }

  /**
   * Calls `listener` whenever it happens, until the function that is returned is called.
   *
   * @throws {DashboardError} `invalid_option` for an event that there is not.
   */
  on<Name extends keyof StoreEvents>(name: Name, listener: (value: StoreEvents[Name]) => void): () => void {
    if (typeof name !== 'string' || !Object.hasOwn(EVENTS, name)) {
      throw invalid(`on takes an event as its first argument: ${Object.keys(EVENTS).join(', ')}.`);
    }
    checkListener('on', 'second', listener);
    return this.#events.on(name, listener);
  }
}
