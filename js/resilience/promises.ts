// Promises that browsers charge little for.

const READY = Promise.resolve();

/**
 * A promise that is rejected in the next microtask. A browser takes note of each that is rejected before anybody handles it,
 * which costs ten times as much as all the rest.
 */
export function rejectedLater(error: unknown): Promise<never> {
  return READY.then(() => {
    throw error;
  });
}

/** As the promise, but rejects with the signal's reason as soon as that is aborted. */
export function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const end = () => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject).finally(end);
  });
}

/** Resolves after so many milliseconds, or rejects with the signal's reason as soon as that is aborted. */
export function sleep(millis: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (go: () => void) => () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      go();
    };
    const abort = end(() => reject(signal?.reason));
    const timer = setTimeout(end(resolve), millis);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A signal that is aborted when either is; `end` lets go of both. `AbortSignal.any` is younger than browsers that are in use. */
export function eitherOf(
  one: AbortSignal,
  other: AbortSignal | undefined,
): { signal: AbortSignal; end: () => void } {
  if (!other) return { signal: one, end: () => {} };
  const controller = new AbortController();
  const { signal } = controller;
  const both = [one, other];
  const abort = () => controller.abort(both.find(({ aborted }) => aborted)?.reason);
  for (const each of both) each.addEventListener('abort', abort);
  if (one.aborted || other.aborted) abort();
  const end = () => {
    for (const each of both) each.removeEventListener('abort', abort);
  };
  return { signal, end };
}
