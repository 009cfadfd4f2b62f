import { report } from './emitter.js';
import type { CheckedManager } from './options/manager.js';

/**
 * The same options, with taps that run once the module has done what it is doing, in order: so they may call anything, and
 * throw.
 */
export function reporting(options: CheckedManager): CheckedManager {
  const { onLog, onTraffic } = options;
  return { ...options, onLog: onLog && later(onLog), onTraffic: onTraffic && later(onTraffic) };
}

function later<Value>(tap: (value: Value) => void): (value: Value) => void {
  return (value) => queueMicrotask(() => report(() => tap(value)));
}
