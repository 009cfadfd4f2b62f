import { report } from '../emitter.js';
import type { DashboardError } from '../errors.js';
import { init, isLoaded } from '../module.js';
import { type BreakerOptions, type CheckedBreaker, checkedBreaker } from '../options/breaker.js';
import { CircuitBreaker } from '../wedsync_dashboard.js';
import { checkOperation, signalOf } from './arguments.js';
import { breakerOpen } from './errors.js';
import type { BreakerEvent, BreakerMetrics, BreakerState } from './events.js';
import { rejectedLater, untilAborted } from './promises.js';
import { NEUTRAL, type Outcome, ofError, outcomeOf, SUCCESS } from './verdict.js';

const CLOSED: BreakerMetrics = {
  state: 'closed',
  failureCount: 0,
  successCount: 0,
  totalFailures: 0,
  rejectedCount: 0,
  openings: 0,
  lastFailureTime: null,
  retryAfter: null,
  generation: 0,
};

/** What the module adds to a permit if it has something to tell. */
const NEWS = 2 ** 32;

/**
 * Lets calls to a service through while it works, and refuses them at once while it does not: closed, open, half-open.
 *
 * It opens after `threshold` failures in a row, or as its `detector` says. `timeout` milliseconds later it lets `probes` calls
 * through; three successes close it, one failure opens it again, for up to twice as long each time. The pattern is that of Nygard,
 * "Release It!", 2007. May be constructed anywhere, also before `init()`: calls wait for the module, and until then it is closed.
 *
 * @example
 * ```ts
 * const breaker = new DashboardCircuitBreaker({ name: 'weather', threshold: 5, timeout: 30_000 });
 * try {
 *   const forecast = await breaker.execute(() => readForecast());
 * } catch (error) {
 *   if (error instanceof DashboardError && error.code === 'breaker_open') showLastForecast(error.retryAfter);
 * }
 * ```
 */
export class DashboardCircuitBreaker {
  /** The name it was given. */
  readonly name: string;
  readonly #options: CheckedBreaker;
  readonly #changes: (() => void)[] = [];
  readonly #listeners = new Set<(event: BreakerEvent) => void>();
  #module: CircuitBreaker | undefined;
  /** Of the calls that are refused until a moment. */
  #refusal: { until: number; error: DashboardError } | undefined;
  /** The permit under which calls pass without the module being asked, or -1: it then has to be. */
  #pass = -1;
  /** Whether the module need not be told of each success under it. */
  #isQuiet = false;
  /** Whether it matters how long a call takes: the clock costs more than all the rest. */
  #isTimed = false;
  /** How many have succeeded under that permit, which the module is told when it is asked for something. */
  #passed = 0;

  /**
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  constructor(options?: BreakerOptions) {
    this.#options = checkedBreaker(options);
    this.name = this.#options.name;
    const { monitor } = this.#options;
    if (monitor) this.#listeners.add(monitor);
    if (isLoaded()) this.present();
  }

  /**
   * Calls `operation`, unless the breaker is open. Resolves and rejects as that does; what it throws at once is a rejection, and
   * what is no promise is its value. An operation that begins before the breaker opens and ends after it is not counted.
   *
   * @param operation is given the signal
   * @param options `signal` ends the call: it rejects with the signal's reason at once, and says nothing of the service
   * @throws {DashboardError} `breaker_open`, with `retryAfter` in milliseconds unless it was isolated; `invalid_option`;
   * `module_unavailable` and `not_in_browser` as `init`. The signal's reason. What the operation is rejected with.
   */
  execute<Value>(
    operation: (signal?: AbortSignal) => Value | PromiseLike<Value>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Value> {
    if (this.#pass < 0 || options !== undefined || typeof operation !== 'function') {
      return this.#execute(operation, options);
    }
    return this.#run(operation, this.#pass, undefined);
  }

  /**
   * A function that calls `operation` with its arguments through this breaker.
   *
   * @throws {DashboardError} `invalid_option`.
   */
  wrap<Arguments extends unknown[], Value>(
    operation: (...given: Arguments) => Value | PromiseLike<Value>,
  ): (...given: Arguments) => Promise<Value> {
    checkOperation('wrap', operation);
    return (...given) => this.execute(() => operation(...given));
  }

  /** What it lets through at the moment; `closed` before the module is loaded. */
  getState(): BreakerState {
    return this.getMetrics().state;
  }

  /** What it has counted. */
  getMetrics(): BreakerMetrics {
    const module = this.present();
    if (!module) return CLOSED;
    this.#count(module);
    const metrics = module.metrics(performance.now()) as BreakerMetrics;
    this.#look(module);
    return metrics;
  }

  /**
   * Calls `listener` with each change of state, each refused call and each probe, until the function that is returned is called.
   *
   * @throws {DashboardError} `invalid_option`.
   */
  onEvent(listener: (event: BreakerEvent) => void): () => void {
    checkOperation('onEvent', listener);
    const own = (event: BreakerEvent) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Isolates it by hand: all calls are refused until `reset`. */
  isolate(): void {
    this.#change((module) => module.isolate(performance.now()));
  }

  /** Closes it by hand and forgets what was counted. */
  reset(): void {
    this.#change((module) => module.reset(performance.now()));
  }

  /** @internal The module's part, once that is loaded. */
  present(): CircuitBreaker | undefined {
    if (!this.#module && isLoaded()) {
      this.#module = new CircuitBreaker(this.#options);
      this.#isTimed = this.#module.timed();
      this.#look(this.#module);
    }
    return this.#module;
  }

  /** @internal The permit of a call: below 0 it is refused, and `refusal` says why. The module is loaded. */
  ask(): number {
    if (this.#pass >= 0) return this.#pass;
    const module = this.present();
    if (!module) return 0;
    const permit = module.permit(performance.now());
    if (permit >= 0 && permit < NEWS) return permit;
    // To tell of thousands of refused calls takes longer than to refuse them.
    if (permit >= 0 || this.#listeners.size > 0) this.#look(module);
    return permit < 0 ? permit : permit - NEWS;
  }

  /** @internal Where it matters how long a call takes, the page's clock; otherwise -1. */
  begin(): number {
    return this.#isTimed ? performance.now() : -1;
  }

  /**
   * @internal How a call of this permit went, which began at `began` of the page's clock; `retryAfter` in milliseconds. Both below 0 for none.
   */
  tell(permit: number, outcome: Outcome, began: number, retryAfter: number): void {
    if (outcome === SUCCESS && this.#isQuiet && this.#pass === permit) {
      this.#passed += 1;
      return;
    }
    const module = this.#module;
    const now = performance.now();
    if (module?.outcome(permit, outcome, began < 0 ? -1 : now - began, retryAfter, now)) this.#look(module);
  }

  /** @internal The error of a refused call. */
  refusal(permit: number): DashboardError {
    const retryAfter = -2 - permit;
    const until = retryAfter > 0 ? performance.now() + retryAfter : retryAfter;
    // The moment is rounded to milliseconds, and may be put off by the service.
    if (!this.#refusal || Math.abs(until - this.#refusal.until) > 2) {
      this.#refusal = { until, error: breakerOpen(this.name, until) };
    }
    return this.#refusal.error;
  }

  /** @internal Calls `listener` when its state is another, or its probes have begun. */
  onChange(listener: () => void): void {
    this.#changes.push(listener);
  }

  /** @internal What the user's other tabs and the next page have yet to be told; empty if there is nothing. */
  shared(): string {
    return this.#module?.shared() ?? '';
  }

  /** @internal What another tab, or the page before this one, has told. */
  adopt(told: string): void {
    const module = this.present();
    module?.adopt(told);
    if (module) this.#look(module);
  }

  #execute<Value>(
    operation: (signal?: AbortSignal) => Value | PromiseLike<Value>,
    options: { signal?: AbortSignal | undefined } | undefined,
  ): Promise<Value> {
    let signal: AbortSignal | undefined;
    try {
      checkOperation('execute', operation);
      signal = signalOf('execute', options);
      signal?.throwIfAborted();
    } catch (error) {
      return Promise.reject(error);
    }
    if (!this.present()) {
      const waited = init().then(() => this.execute(operation, options));
      return signal ? untilAborted(waited, signal) : waited;
    }
    const permit = this.ask();
    if (permit < 0) return rejectedLater(this.refusal(permit));
    return this.#run(operation, permit, signal);
  }

  #run<Value>(
    operation: (signal?: AbortSignal) => Value | PromiseLike<Value>,
    permit: number,
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    const began = this.begin();
    let result: Value | PromiseLike<Value>;
    try {
      result = operation(signal);
    } catch (error) {
      this.tell(permit, this.#outcomeOf(error, signal), began, -1);
      return rejectedLater(error);
    }
    const promise = result instanceof Promise ? (result as Promise<Value>) : Promise.resolve(result);
    return (signal ? untilAborted(promise, signal) : promise).then(
      (value) => {
        this.tell(permit, SUCCESS, began, -1);
        return value;
      },
      (error) => {
        this.tell(permit, this.#outcomeOf(error, signal), began, ofError(error).retryAfter);
        throw error;
      },
    );
  }

  #outcomeOf(error: unknown, signal: AbortSignal | undefined): Outcome {
    return signal?.aborted ? NEUTRAL : outcomeOf(error, this.#options.isFailure);
  }

  #change(change: (module: CircuitBreaker) => void): void {
    const module = this.present();
    if (module) {
      change(module);
      this.#look(module);
    } else
      void init()
        .then(() => this.#change(change))
        .catch(() => {});
  }

  /** Tells the module what has passed without it. */
  #count(module: CircuitBreaker): void {
    if (this.#passed > 0) module.count(this.#passed);
    this.#passed = 0;
  }

  /** Takes from the module what it has to tell. */
  #look(module: CircuitBreaker): void {
    this.#count(module);
    this.#pass = module.pass();
    this.#isQuiet = module.quiet();
    for (;;) {
      const event = module.event() as BreakerEvent | undefined;
      if (!event) return;
      if (event.type !== 'rejected') for (const listener of this.#changes) listener();
      for (const listener of [...this.#listeners]) report(() => listener({ ...event, name: this.name }));
    }
  }
}
