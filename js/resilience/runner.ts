import { report } from '../emitter.js';
import { init, isLoaded } from '../module.js';
import type { CheckedPolicy } from '../options/policy.js';
import { CallPolicy } from '../wedsync_dashboard.js';
import { Attempt, type AttemptContext, Failure, type Guards, type Judges } from './attempt.js';
import { DashboardCircuitBreaker } from './breaker.js';
import { Places } from './places.js';
import { sleep } from './promises.js';
import { Timeouts } from './timeouts.js';
import { asked, ofError, outcomeOf, type Verdict } from './verdict.js';

/** The parts of a policy. Without `timeout` an attempt may take any time, without `concurrency` any number runs at once. */
export type Parts = Pick<CheckedPolicy, 'breaker' | 'retry'> &
  Partial<Pick<CheckedPolicy, 'timeout' | 'deadline' | 'concurrency' | 'queue' | 'hedge'>>;

/** What is asked for. */
export type Operation<Value> = (context: AttemptContext) => Value | PromiseLike<Value>;

/** One call. */
export interface Run<Value> {
  signal?: AbortSignal | undefined;
  /** Whether it may be carried out twice. */
  isRepeatable: boolean;
  /** What an answer says, where a value may tell of a failure. */
  ofValue?: (value: Value) => Verdict;
  /** What an error says. Default: as the options of breaker and retries have it. */
  ofError?: (error: unknown) => Verdict;
}

/**
 * Carries out operations, in this order from outside to inside: deadline, retry, hedge, breaker, bulkhead, timeout, operation. Each
 * attempt is one call for the breaker.
 */
export class Runner {
  readonly breaker: DashboardCircuitBreaker | undefined;
  readonly #parts: Parts;
  #module: CallPolicy | undefined;
  #guards: Guards | undefined;
  /** Calls that went well since the module was told. */
  #successes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.breaker = parts.breaker === false ? undefined : new DashboardCircuitBreaker(parts.breaker);
  }

  run<Value>(operation: Operation<Value>, run: Run<Value>): Promise<Value> {
    const guards = this.#guards ?? this.#prepare();
    if (!guards) return init().then(() => this.run(operation, run));
    const began = performance.now();
    const judges: Judges<Value> = { ofError: run.ofError ?? this.#ofError, ofValue: run.ofValue };
    return this.#once(operation, run, guards, judges, 0).then(
      (value) => {
        this.#successes += 1;
        return value;
      },
      (failure: Failure<Value>) => this.#again(operation, run, guards, judges, began, failure),
    );
  }

  /** Whether another attempt may help, and what an error says of the service, as the options have it. */
  readonly #ofError = (error: unknown): Verdict => {
    const { breaker, retry } = this.#parts;
    const verdict = ofError(error);
    const isFailure = breaker === false ? undefined : breaker.isFailure;
    const isRetryable = retry === false ? undefined : retry.isRetryable;
    if (!isFailure && !isRetryable) return verdict;
    return {
      outcome: isFailure ? outcomeOf(error, isFailure) : verdict.outcome,
      isRetryable: isRetryable ? asked(isRetryable, error, false) : verdict.isRetryable,
      retryAfter: verdict.retryAfter,
    };
  };

  #prepare(): Guards | undefined {
    if (!isLoaded()) return undefined;
    const { timeout = Number.POSITIVE_INFINITY, concurrency } = this.#parts;
    const within = Math.min(timeout, this.#deadline);
    const module = new CallPolicy({ ...this.#parts });
    this.#module = module;
    this.breaker?.present();
    this.#guards = {
      breaker: this.breaker,
      places: concurrency === undefined ? undefined : new Places(module),
      timeouts: within === Number.POSITIVE_INFINITY ? undefined : new Timeouts(within),
      deadline: concurrency === undefined ? undefined : new Timeouts(this.#deadline),
    };
    return this.#guards;
  }

  /** Milliseconds for all of it. */
  get #deadline(): number {
    const { deadline, retry } = this.#parts;
    const ofRetries = retry ? retry.deadline : undefined;
    return Math.min(deadline ?? Number.POSITIVE_INFINITY, ofRetries ?? Number.POSITIVE_INFINITY);
  }

  /** One attempt, or, where that is asked for, a second one beside it. */
  #once<Value>(
    operation: Operation<Value>,
    { signal, isRepeatable }: Run<Value>,
    guards: Guards,
    judges: Judges<Value>,
    number: number,
  ): Promise<Value> {
    const { hedge } = this.#parts;
    return new Promise((resolve, reject) => {
      if (hedge === undefined || !isRepeatable) {
        new Attempt(guards, judges, signal, number, resolve, reject).begin(operation);
        return;
      }
      const attempts: Attempt<Value>[] = [];
      let running = 0;
      const end = () => {
        clearTimeout(timer);
        for (const attempt of attempts)
          attempt.abandon(new DOMException('Another attempt has answered.', 'AbortError'));
      };
      const begin = () => {
        running += 1;
        const attempt = new Attempt<Value>(
          guards,
          judges,
          signal,
          number,
          (value) => {
            end();
            resolve(value);
          },
          (failure) => {
            running -= 1;
            if (running > 0) return;
            end();
            reject(failure);
          },
        );
        attempts.push(attempt);
        attempt.begin(operation);
      };
      const timer = setTimeout(begin, hedge);
      begin();
    });
  }

  /** What there is to do after a failure: pauses and other attempts, as long as they may help. */
  async #again<Value>(
    operation: Operation<Value>,
    run: Run<Value>,
    guards: Guards,
    judges: Judges<Value>,
    began: number,
    first: Failure<Value>,
  ): Promise<Value> {
    const { retry } = this.#parts;
    let failure = first;
    const retries = retry && run.isRepeatable ? this.#module?.retry(began) : undefined;
    try {
      for (let number = 1; retry && retries && failure.verdict.isRetryable; number += 1) {
        const delay = this.#module?.failed(retries, failure.verdict.retryAfter, this.#successes) ?? -1;
        this.#successes = 0;
        if (delay < 0) break;
        const { onRetry } = retry;
        if (onRetry) {
          const { error, value } = failure;
          const event = { attempt: number, delay, capped: retries.capped, error: value ? value.of : error };
          report(() => onRetry(event));
        }
        await sleep(delay, run.signal);
        const left = this.#deadline - (performance.now() - began);
        const isShort = left < (guards.timeouts?.millis ?? 0);
        const timeouts = isShort ? new Timeouts(Math.max(left, 1)) : guards.timeouts;
        try {
          const deadline = guards.deadline && new Timeouts(Math.max(left, 1));
          const value = await this.#once(operation, run, { ...guards, timeouts, deadline }, judges, number);
          this.#successes += 1;
          return value;
        } catch (next) {
          // A breaker that has opened meanwhile is no news: what it opened for is.
          if (!(next instanceof Failure)) throw next;
          if (next.isRefused) break;
          failure = next;
        }
      }
    } finally {
      retries?.free();
    }
    return failure.end();
  }
}
