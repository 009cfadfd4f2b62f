import { DashboardError } from '../errors.js';
import type { DashboardCircuitBreaker } from './breaker.js';
import { bulkheadFull, timedOut } from './errors.js';
import type { Places } from './places.js';
import type { Timeouts, Waiting } from './timeouts.js';
import { NEUTRAL, REFUSED, type Verdict, WELL } from './verdict.js';

/** What an operation is given. */
export interface AttemptContext {
  /** Aborted when this attempt has taken too long, when the caller ends the call, or when another attempt has answered. */
  readonly signal: AbortSignal;
  /** 0 for the first attempt, then counting. */
  readonly attempt: number;
}

/** What stands between an operation and its callers. */
export interface Guards {
  breaker: DashboardCircuitBreaker | undefined;
  places: Places | undefined;
  timeouts: Timeouts | undefined;
  /** For all of a call, the wait for a place included. */
  deadline: Timeouts | undefined;
}

/** How the ends of an operation are understood. */
export interface Judges<Value> {
  ofError: (error: unknown) => Verdict;
  /** Where a value may tell of a failure, as the answer to a request. */
  ofValue?: ((value: Value) => Verdict) | undefined;
}

/** The end of an attempt that did not go well. */
export class Failure<Value = unknown> {
  readonly verdict: Verdict;
  /** What it was rejected with, unless it has a value. */
  readonly error: unknown;
  /** What it was resolved with: an answer that tells of a failure. */
  readonly value: { of: Value } | undefined;

  constructor(verdict: Verdict, error: unknown, value?: { of: Value }) {
    this.verdict = verdict;
    this.error = error;
    this.value = value;
  }

  /** Whether it was not carried out. */
  get isRefused(): boolean {
    return this.error instanceof DashboardError && REFUSED.includes(this.error.code);
  }

  /** As the operation itself has ended. */
  end(): Value {
    if (this.value) return this.value.of;
    throw this.error;
  }
}

/** The package's own refusal, and the caller's abort: they say nothing of the service, and another attempt helps nothing. */
const NEVER: Verdict = { outcome: NEUTRAL, isRetryable: false, retryAfter: -1 };

/** One attempt at an operation: through breaker, bulkhead and timeout, in this order. Rejects with a {@link Failure}. */
export class Attempt<Value> implements AttemptContext {
  readonly attempt: number;
  readonly #guards: Guards;
  readonly #judges: Judges<Value>;
  readonly #caller: AbortSignal | undefined;
  readonly #resolve: (value: Value) => void;
  readonly #reject: (failure: Failure<Value>) => void;
  /** Of the breaker; -1 before there is one, and once it was given back. */
  #permit = -1;
  /** The place in the bulkhead, while it is waited for: it cannot be given back by `leave`. */
  #ticket = 0;
  #isInside = false;
  /** When it began; -1 where nobody wants to know. */
  #began = -1;
  #isOver = false;
  #waiting: Waiting | undefined;
  /** Of one that had to wait for its place. */
  #waitingInAll: Waiting | undefined;
  #controller: AbortController | undefined;
  #reason: unknown;

  constructor(
    guards: Guards,
    judges: Judges<Value>,
    caller: AbortSignal | undefined,
    attempt: number,
    resolve: (value: Value) => void,
    reject: (failure: Failure<Value>) => void,
  ) {
    this.#guards = guards;
    this.#judges = judges;
    this.#caller = caller;
    this.attempt = attempt;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#isOver) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** The module is loaded. */
  begin(operation: (context: AttemptContext) => Value | PromiseLike<Value>): void {
    this.#caller?.addEventListener('abort', this.#aborted);
    if (this.#caller?.aborted) {
      this.#aborted();
      return;
    }
    const { breaker, places } = this.#guards;
    if (breaker) {
      const permit = breaker.ask();
      if (permit < 0) {
        this.#refuse(breaker.refusal(permit));
        return;
      }
      this.#permit = permit;
    }
    const ticket = places ? places.enter(() => this.#runAfterWait(operation)) : 0;
    this.#ticket = ticket;
    if (ticket === 0) this.#run(operation);
    else if (ticket < 0) this.#refuse(bulkheadFull());
    else {
      // That there is no place says nothing of the service.
      this.#limit(NEVER);
      const { deadline } = this.#guards;
      this.#waitingInAll = deadline?.add(() => this.#fail(timedOut(deadline.millis), NEVER));
    }
  }

  /** Ends it from outside: another attempt has answered. */
  abandon(reason: unknown): void {
    this.#fail(reason, NEVER);
  }

  readonly #aborted = () => this.#fail(this.#caller?.reason, NEVER);

  /** There is a place, and the service may have failed meanwhile: then a permit of before is none. */
  #runAfterWait(operation: (context: AttemptContext) => Value | PromiseLike<Value>): void {
    this.#ticket = 0;
    this.#isInside = true;
    const { breaker } = this.#guards;
    if (breaker) {
      breaker.tell(this.#permit, NEUTRAL, -1, -1);
      this.#permit = breaker.ask();
      if (this.#permit < 0) {
        this.#refuse(breaker.refusal(this.#permit));
        return;
      }
    }
    this.#run(operation);
  }

  #run(operation: (context: AttemptContext) => Value | PromiseLike<Value>): void {
    this.#isInside = true;
    this.#limit(undefined);
    this.#began = this.#guards.breaker?.begin() ?? -1;
    let result: Value | PromiseLike<Value>;
    try {
      result = operation(this);
    } catch (error) {
      queueMicrotask(() => this.#fail(error, this.#judges.ofError(error)));
      return;
    }
    const promise = result instanceof Promise ? (result as Promise<Value>) : Promise.resolve(result);
    promise.then(
      (value) => {
        if (this.#isOver) return;
        let verdict: Verdict;
        try {
          verdict = this.#judges.ofValue?.(value) ?? WELL;
        } catch (error) {
          this.#fail(error, this.#judges.ofError(error));
          return;
        }
        this.#leave(verdict);
        if (verdict === WELL) this.#resolve(value);
        else this.#reject(new Failure(verdict, undefined, { of: value }));
      },
      (error) => {
        if (!this.#isOver) this.#fail(error, this.#judges.ofError(error));
      },
    );
  }

  /** From now on it may take as long as one attempt may. */
  #limit(verdict: Verdict | undefined): void {
    const { timeouts } = this.#guards;
    if (this.#waiting) timeouts?.end(this.#waiting);
    this.#waiting = timeouts?.add(() => {
      const error = timedOut(timeouts.millis);
      this.#fail(error, verdict ?? this.#judges.ofError(error));
    });
  }

  #refuse(error: unknown): void {
    queueMicrotask(() => this.#fail(error, NEVER));
  }

  #fail(error: unknown, verdict: Verdict): void {
    if (this.#isOver) return;
    this.#leave(verdict);
    this.#reason = error;
    this.#controller?.abort(error);
    this.#reject(new Failure<Value>(verdict, error));
  }

  /** Gives back whatever it holds. What it answers from now on is ignored. */
  #leave({ outcome, retryAfter }: Verdict): void {
    this.#isOver = true;
    this.#caller?.removeEventListener('abort', this.#aborted);
    const { breaker, places, timeouts, deadline } = this.#guards;
    if (this.#waiting) timeouts?.end(this.#waiting);
    if (this.#waitingInAll) deadline?.end(this.#waitingInAll);
    if (this.#permit >= 0) breaker?.tell(this.#permit, outcome, this.#began, retryAfter);
    if (this.#isInside) places?.leave();
    else if (this.#ticket > 0) places?.giveUp(this.#ticket);
  }
}
