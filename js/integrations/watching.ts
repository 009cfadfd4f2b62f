import { type DashboardError, toError } from '../errors.js';
import type { HealthState } from '../health/types.js';
import type { ServiceStatus } from './service.js';

/** A service as a component sees it. The same object until something of it changes. */
export interface ServiceView<Value = unknown> {
  /**
   * `healthy`: what is shown is as new as it can be. `degraded`: it could not be read, or the service is slow. `unhealthy`: it could not be
   * read, and the breaker of the service is not closed. `unknown`: no read has come to an end yet.
   */
  state: HealthState;
  /** What was read last; `undefined` before that. A failure keeps it. */
  data: Value | undefined;
  /** Milliseconds since it was read, brought up to date every fifteen seconds; `null` before that. */
  age: number | null;
  /** When it is read again by itself, in milliseconds since 1970; `null` until the first read has come to an end. */
  retryAt: number | null;
  /** Why it could not be read; `null` if it could. */
  error: DashboardError | null;
}

/** What is shown before anything is known. */
export const NOTHING: ServiceView = {
  state: 'unknown',
  data: undefined,
  age: null,
  retryAt: null,
  error: null,
};

/** Milliseconds between attempts to read what could not be read, and how much of that is chance. */
const AGAIN = 4_000;
const SPREAD = 1_500;
const TICK = 15_000;

/** Who asks services. */
interface Asker {
  request<Value>(name: string, path: string, init: { signal: AbortSignal }): Promise<Value>;
  status(name: string): ServiceStatus;
}

/** Keeps what a service answers up to date, for as long as anybody looks. */
export class Watch<Value> {
  readonly #client: Asker;
  readonly #name: string;
  readonly #path: string;
  readonly #every: number;
  readonly #listeners = new Set<() => void>();
  #view = NOTHING as ServiceView<Value>;
  #readAt: number | null = null;
  /** Ends what runs while anybody looks. */
  #watching: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the reads: an earlier one's end is none of the later one's. */
  #read = 0;

  constructor(client: Asker, name: string, path: string, every: number) {
    this.#client = client;
    this.#name = name;
    this.#path = path;
    this.#every = every;
  }

  readonly getSnapshot = (): ServiceView<Value> => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#begin();
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#end();
    };
  };

  /** Reads it now. */
  readonly refresh = (): void => {
    if (this.#watching) void this.#readNow(this.#watching.signal);
  };

  /** Another user is here: nothing of the former one's is shown any more. */
  clear(): void {
    this.#readAt = null;
    this.#show(NOTHING as ServiceView<Value>);
    this.refresh();
  }

  /** Nothing is read any more. */
  close(): void {
    this.#end();
    this.#listeners.clear();
  }

  #begin(): void {
    const watching = new AbortController();
    this.#watching = watching;
    const { signal } = watching;
    const ticking = setInterval(() => this.#show({}), TICK);
    signal.addEventListener('abort', () => clearInterval(ticking));
    addEventListener('online', this.refresh, { signal });
    const seen = () => {
      if (document.visibilityState === 'visible' && (this.#view.retryAt ?? 0) <= Date.now()) this.refresh();
    };
    document.addEventListener('visibilitychange', seen, { signal });
    void this.#readNow(signal);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#watching?.abort();
    this.#watching = undefined;
  }

  async #readNow(signal: AbortSignal): Promise<void> {
    clearTimeout(this.#timer);
    this.#read += 1;
    const read = this.#read;
    const isOver = () => read !== this.#read || signal.aborted;
    let pause = this.#every;
    let news: Partial<ServiceView<Value>>;
    try {
      const data = await this.#client.request<Value>(this.#name, this.#path, { signal });
      if (isOver()) return;
      this.#readAt = Date.now();
      const { state } = this.#client.status(this.#name);
      news = { data, error: null, state: state === 'degraded' ? state : 'healthy' };
    } catch (thrown) {
      if (isOver()) return;
      const error = toError(thrown);
      const { breaker, retryAfter } = this.#client.status(this.#name);
      pause = Math.max(AGAIN + Math.random() * SPREAD, error.retryAfter ?? 0, retryAfter ?? 0);
      news = { error, state: breaker === 'closed' ? 'degraded' : 'unhealthy' };
    }
    // A page that nobody sees reads nothing; it does when it is seen again.
    this.#timer = setTimeout(() => {
      if (document.visibilityState === 'visible') this.refresh();
    }, pause);
    this.#show({ ...news, retryAt: Date.now() + pause });
  }

  #show(news: Partial<ServiceView<Value>>): void {
    const age = this.#readAt === null ? null : Math.max(0, Date.now() - this.#readAt);
    this.#view = { ...this.#view, ...news, age };
    for (const listener of [...this.#listeners]) listener();
  }
}
