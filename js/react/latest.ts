import { useEffect, useRef } from 'react';

/** The value of the latest render, for callbacks that run after it. */
export function useLatest<Value>(value: Value): { readonly current: Value } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
