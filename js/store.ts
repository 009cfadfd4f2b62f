import { checkListener, invalid } from './arguments.js';
import type { Client } from './client.js';
import { Emitter } from './emitter.js';
import type { StoreDatabase, StoreEvents, StoreSpace, StoreStatus } from './stored.js';

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
