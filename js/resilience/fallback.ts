import { invalid } from '../arguments.js';
import { report } from '../emitter.js';

/**
 * The fallbacks of a call, in their order.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function fallbacksOf<Value>(
  of: string,
  options: ExecuteOptions<Value> | undefined,
): Fallback<Value>[] {
  try {
    const { fallbacks = [], fallback } = options ?? {};
    if (Array.isArray(fallbacks)) return fallback === undefined ? [...fallbacks] : [...fallbacks, fallback];
  } catch (cause) {
    throw invalid(`Options "fallback" and "fallbacks" of ${of} cannot be read.`, cause);
  }
  throw invalid(`Option "fallbacks" of ${of} must be an array.`);
}

/** Options of `DashboardPolicy.execute` and of `call`. */
export interface ExecuteOptions<Value> {
  /** Ends the call: it rejects with the signal's reason at once. */
  signal?: AbortSignal | undefined;
  /** Whether the operation may be carried out twice: then it is retried, and hedged if the policy says so. Default `true`. */
  idempotent?: boolean | undefined;
  /**
   * What there is when the operation has failed for good: a value, or a function that gives one. If it throws or gives
   * `undefined`, the call rejects with the operation's error.
   */
  fallback?: Fallback<Value> | undefined;
  /** Several of them, tried in this order before `fallback`: what a cache has, what is known from before. */
  fallbacks?: readonly Fallback<Value>[] | undefined;
}

/** A value, or a function that gives one and is told why it is asked. */
export type Fallback<Value> =
  | Value
  | ((error: unknown) => Value | undefined | PromiseLike<Value | undefined>);

/** The result, or the first fallback that gives something. The caller's own abort is no failure to make good. */
export function fallenBack<Value>(
  result: Promise<Value>,
  fallbacks: Fallback<Value>[],
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (fallbacks.length === 0) return result;
  return result.catch(async (error) => {
    if (signal?.aborted) throw error;
    for (const one of fallbacks) {
      const value = await given(one, error);
      if (value !== undefined) return value;
    }
    throw error;
  });
}

async function given<Value>(fallback: Fallback<Value>, error: unknown): Promise<Value | undefined> {
  if (typeof fallback !== 'function') return fallback;
  try {
    return await (fallback as (error: unknown) => Value | undefined | PromiseLike<Value | undefined>)(error);
  } catch (thrown) {
    report(() => {
      throw thrown;
    });
    return undefined;
  }
}
