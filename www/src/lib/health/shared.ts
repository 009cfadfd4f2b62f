/**
 * Reads for all at once: whoever asks while a read is under way gets its result, and so does whoever asks within
 * `forMs` milliseconds after it.
 */
export function shared<Value>(
  forMs: number,
  read: () => Promise<Value>,
  now: () => number = () => performance.now(),
): () => Promise<Value> {
  let current: { value: Promise<Value>; until: number } | null = null;
  return () => {
    if (current !== null && now() < current.until) return current.value;
    const started = { value: read(), until: Number.POSITIVE_INFINITY };
    current = started;
    started.value.then(
      () => {
        started.until = now() + forMs;
      },
      () => {
        started.until = 0;
      },
    );
    return started.value;
  };
}
