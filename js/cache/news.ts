// What the cache's machine tells, and asks of this side.

import type { CacheState } from './types.js';

/** An entry of the table. Moments in milliseconds since 1970. */
export interface Slot {
  id: number;
  /** Its value; `null` if there is nothing under the key. */
  value: unknown;
  /** When it was set, or its fetch began. */
  since: number;
  /** Until then it is given without a question; 0: the module is asked. */
  until: number;
  state: CacheState;
  version?: string | undefined;
}

/** What the remote tier is asked. */
export type RemoteAsk =
  | { kind: 'get'; supplier: string; key: string }
  | { kind: 'put'; supplier: string; entries: [key: string, header: string, value: unknown][] }
  | { kind: 'invalidate'; supplier: string; tags: string[]; generations: string[] }
  | { kind: 'generations'; supplier: string; tags: string[] };

/** News of the cache. */
export type CacheNews =
  | { name: 'put'; key: string; slot: Slot }
  | { name: 'drop'; key: string }
  | { name: 'clear' }
  | { name: 'doubt' }
  | { name: 'encode'; request: number; key: string; version?: string; value: unknown; compresses: boolean }
  | {
      name: 'decode';
      request: number;
      key: string;
      version?: string;
      header: string;
      flags: number;
      body: unknown;
    }
  | { name: 'lock'; flight: number; key: string; within: number }
  | { name: 'unlock'; flight: number }
  | { name: 'fetch'; flight: number; fetcher: (context: { signal: AbortSignal }) => unknown }
  | { name: 'abort'; flight: number }
  | { name: 'remote'; request: number; ask: RemoteAsk; within: number }
  | { name: 'publish'; supplier?: string; text: string }
  | { name: 'tiers'; waiting: number; remote: boolean };
