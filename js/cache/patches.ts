import { report } from '../emitter.js';
import type { CheckedKeeping } from '../options/cache.js';
import type { CacheChange, CacheSnapshot } from './types.js';

interface Patch {
  key: string;
  patch: (data: unknown, change: CacheChange) => unknown;
  keeping: CheckedKeeping;
}

/** What changes values when tables change, in place of making them invalid. */
export class Patches {
  readonly #patches = new Map<string, Set<Patch>>();

  /** @returns a function that removes it */
  add(supplier: string, table: string, patch: Patch): () => void {
    const name = nameOf(supplier, table);
    const patches = this.#patches.get(name) ?? new Set();
    patches.add(patch);
    this.#patches.set(name, patches);
    return () => {
      patches.delete(patch);
      if (patches.size === 0 && this.#patches.get(name) === patches) this.#patches.delete(name);
    };
  }

  /** Another user is here. */
  forget(): void {
    this.#patches.clear();
  }

  /** What values become by a change. */
  of(supplier: string, change: CacheChange, read: (key: string) => CacheSnapshot) {
    const values = new Map<string, { key: string; data: unknown; keeping: CheckedKeeping }>();
    for (const { key, patch, keeping } of this.#patches.get(nameOf(supplier, change.table)) ?? []) {
      const former = values.get(key) ?? read(key);
      if ('state' in former && former.state === 'missing') continue;
      report(() => {
        const data = patch(former.data, change);
        if (data !== undefined) values.set(key, { key, data, keeping });
      });
    }
    return [...values.values()];
  }
}

const nameOf = (supplier: string, table: string) => JSON.stringify([supplier, table]);
