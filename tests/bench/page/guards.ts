/** What is called through a breaker: its promise is resolved, or rejected, by the time it returns. */
export type GuardedCall = () => Promise<number>;

/** A breaker, or several policies together, as the cases use it. */
export interface Guard {
  execute: (call: GuardedCall) => Promise<number>;
  /** Was the call refused, rather than carried out and failed? */
  isRefusal(error: unknown): boolean;
  close?(): void;
}

/** Fails until the guard refuses. */
export async function openBreaker({ execute, isRefusal }: Guard): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await execute(() => Promise.reject(new Error('The service is down.')));
    } catch (error) {
      if (isRefusal(error)) return;
    }
  }
  throw new Error('The breaker did not open.');
}

/** Calls one after the other, each awaited; answers with the microseconds that one took. */
export async function timeSuccesses({ execute }: Guard, count: number): Promise<number> {
  let sum = 0;
  const one = () => Promise.resolve(1);
  const started = performance.now();
  for (let at = 0; at < count; at += 1) sum += await execute(one);
  const ms = performance.now() - started;
  if (sum !== count) throw new Error(`${sum} of ${count} calls succeeded.`);
  return (ms * 1_000) / count;
}

/** The same where one call in ten fails, which never opens a breaker and keeps it counting. */
export async function timeMixed({ execute }: Guard, count: number): Promise<number> {
  let failed = 0;
  const well = () => Promise.resolve(1);
  const fail = () => Promise.reject(new Error('The service is down.'));
  const started = performance.now();
  for (let at = 0; at < count; at += 1) {
    try {
      await execute(at % 10 === 9 ? fail : well);
    } catch {
      failed += 1;
    }
  }
  const ms = performance.now() - started;
  if (failed !== count / 10) throw new Error(`${failed} of ${count} calls failed.`);
  return (ms * 1_000) / count;
}

/** The same with an open breaker; what it refuses must not be carried out. */
export async function timeRefusals({ execute, isRefusal }: Guard, count: number): Promise<number> {
  let carriedOut = 0;
  let refused = 0;
  const one = () => {
    carriedOut += 1;
    return Promise.resolve(1);
  };
  const started = performance.now();
  for (let at = 0; at < count; at += 1) {
    try {
      await execute(one);
    } catch (error) {
      if (isRefusal(error)) refused += 1;
    }
  }
  const ms = performance.now() - started;
  if (refused !== count || carriedOut !== 0)
    throw new Error(`${refused} of ${count} calls were refused, ${carriedOut} carried out.`);
  return (ms * 1_000) / count;
}
