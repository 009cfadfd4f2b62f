import type { CacheNews } from './cache/news.js';
import { Calls, promised, type Settle } from './calls.js';
import { report } from './emitter.js';
import { DashboardError, toError } from './errors.js';
import type { HealthNews } from './health/news.js';
import { Token } from './integrations/token.js';
import type { PresenceState } from './messages.js';
import { init, isLoaded } from './module.js';
import type { Notification } from './notifications.js';
import type { CheckedManager } from './options/manager.js';
import { checkToken } from './options/token.js';
import type { StoreNews } from './stored.js';
import type { Follow } from './supabase.js';
import { RealtimeClient } from './wedsync_dashboard.js';

const clients = new WeakMap<object, Client>();

/** The client behind a manager, which other parts of a dashboard share with it. */
export function clientOf(manager: object): Client {
  const client = clients.get(manager);
  if (!client) throw new DashboardError('unexpected', 'This is no manager of this package.');
  return client;
}

/** A manager's client. */
export function sharing(manager: object, client: Client): Client {
  clients.set(manager, client);
  return client;
}

/** The module's client, made once the module is loaded and something is asked of it. */
export class Client {
  readonly calls = new Calls();
  /** The user's access token, for requests. */
  readonly token: Token;
  /** Counts what is asked and told: a callback may ask for something before the rest of its batch is told. */
  turn = 0;
  /** Is given the news of the store. */
  tellStore: ((news: StoreNews) => void) | undefined;
  /** Is told that what the user had on this device was wiped, by this tab or another one. */
  tellWiped: (() => void) | undefined;
  /** Is given the news of the cache. */
  tellCache: ((news: CacheNews) => void) | undefined;
  /** Is given the news of health. */
  tellHealth: ((news: HealthNews) => void) | undefined;
  readonly #options: CheckedManager;
  readonly #follow: Follow;
  readonly #tell: (notification: Notification, turn: number) => void;
  #realtime: RealtimeClient | undefined;
  #unfollow: (() => void) | undefined;
  /** How many calls wait for the module, which may be there before they have had their turn. */
  #pending = 0;
  /** Nothing more may be asked. */
  #isClosed = false;
  /** Nothing more is told. */
  #isEnded = false;

  /**
   * @param tell is given each piece of news, and the turn in which the module told it
   */
  constructor(
    options: CheckedManager,
    follow: Follow,
    tell: (notification: Notification, turn: number) => void,
  ) {
    this.#options = options;
    this.#follow = follow;
    this.#tell = tell;
    this.token = new Token(options);
  }

  /** Where the project is, without a slash at the end. */
  get project(): string {
    return this.#options.projectUrl;
  }

  /** What there is to ask now: nothing before the module is loaded, nor once this is closed. */
  get present(): RealtimeClient | undefined {
    return this.#realtime;
  }

  /** Who is on the channel of a subscription to presence. */
  presenceOf(id: string): PresenceState {
    return this.#realtime?.presenceState(id) ?? Object.create(null);
  }

  /** Does something with the module, which is over at once. `check` looks at the arguments, at the call. */
  ask(check: () => (client: RealtimeClient) => void): Promise<void> {
    return promised((settle) => {
      try {
        const work = check();
        const begin = () => {
          work(this.start());
          settle.resolve();
        };
        this.#whenLoaded(begin, this.#failing(settle));
      } catch (error) {
        settle.reject(error);
      }
    });
  }

  /**
   * Asks something of the module, which tells later how it went; a subscription's end tells it with `endsWith`. `check`
   * looks at the arguments, at the call; `failed` is called if the module cannot be asked.
   */
  call<Value = void>(
    check: (call: number) => (client: RealtimeClient, call: number) => void,
    endsWith?: string,
    failed?: (call: number) => void,
  ): Promise<Value> {
    return promised<Value>((settle) => {
      const call = this.calls.add(settle, endsWith);
      const fail = (error: unknown) => {
        failed?.(call);
        this.calls.fail(call, toError(error));
      };
      try {
        const work = check(call);
        this.#whenLoaded(() => work(this.start(), call), fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** At once if the module is there and no earlier call waits for it, otherwise once it is: calls keep their order. */
  #whenLoaded(begin: () => void, fail: (error: unknown) => void): void {
    const attempt = () => {
      try {
        begin();
      } catch (error) {
        fail(error);
      }
    };
    if (isLoaded() && this.#pending === 0) {
      attempt();
      return;
    }
    this.#pending += 1;
    const inTurn =
      <Value>(go: (value: Value) => void) =>
      (value: Value) => {
        this.#pending -= 1;
        go(value);
      };
    init().then(inTurn(attempt), inTurn(fail));
  }

  /**
   * The module is loaded.
   *
   * @throws {DashboardError} `closed`, and what the following of a session throws.
   */
  start(): RealtimeClient {
    if (this.#isClosed) throw closed();
    try {
      this.#realtime ??= new RealtimeClient(this.#options, (batch: Notification[]) => this.#told(batch));
      this.#unfollow ??= this.#follow((token) => {
        checkToken(token);
        this.token.set(token);
        this.#realtime?.setAuth(token);
      });
      return this.#realtime;
    } catch (error) {
      throw toError(error);
    }
  }

  /** Ends it for good. `last` is done when nothing more may be begun, and is the last that is told of. */
  close(last: () => void): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    last();
    this.#isEnded = true;
    const realtime = this.#realtime;
    this.#realtime = undefined;
    report(() => this.#unfollow?.());
    this.calls.endAll(closed());
    // This may be a callback of the client's own: it can only be freed once that has returned.
    queueMicrotask(() => realtime?.free());
  }

  #told(batch: Notification[]): void {
    this.turn += 1;
    const { turn } = this;
    for (const notification of batch) {
      // A callback may close the manager.
      if (this.#isEnded) break;
      report(() => this.#tell(notification, turn));
    }
  }

  /** Rejects what is asked now; if the manager is closed meanwhile, that is its end. */
  #failing({ reject, end }: Settle): (thrown: unknown) => void {
    const wasClosed = this.#isClosed;
    return (thrown) => {
      if (this.#isClosed && !wasClosed) end(toError(thrown));
      else reject(toError(thrown));
    };
  }
}

function closed(): DashboardError {
  return new DashboardError('closed', 'This manager was closed. Make another one.');
}
