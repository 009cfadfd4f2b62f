// What the store tells of: its databases, how well things are kept, how much space there is.

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
