import { report } from '../emitter.js';
import type { ExecuteOptions, Fallback } from './policy.js';

/** The result, or the first fallback that gives something. The caller's own abort is no failure to make good. */
export function fallenBack<Value>(
  result: Promise<Value>,
  options: ExecuteOptions<Value> | undefined,
  signal: AbortSignal | undefined,
): Promise<Value> {
  const { fallbacks = [], fallback } = options ?? {};
  if (fallback === undefined && fallbacks.length === 0) return result;
  return result.catch(async (error) => {
    if (signal?.aborted) throw error;
    for (const one of [...fallbacks, fallback as Fallback<Value>]) {
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
