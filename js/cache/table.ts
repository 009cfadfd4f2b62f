import { report } from '../emitter.js';
import type { KeyText } from './key.js';
import type { Slot } from './news.js';
import type { CacheResult, CacheSnapshot } from './types.js';

/** What is shown of a key that there is nothing of in memory. */
export const MISSING: CacheSnapshot<never> = Object.freeze({ data: undefined, state: 'missing', age: null });

/** The greatest of the numbers that browsers read fastest: 12 days. Beyond that the module is asked each time. */
const LAST_DUE = 2 ** 30 - 1;

/** How much older a value has to be, in milliseconds, before its age is told anew. */
const TICK = 15_000;

/** What is in memory of a key: the same object as long as there is something. */
export interface Kept extends Slot {
  /** Whose it is; `undefined` once it is there no longer, and then it holds nothing. */
  table: Table | undefined;
  snapshot: CacheSnapshot;
  /** Until when what is fresh is shown without a question, in milliseconds since the table was made: as small numbers are read fastest. */
  due: number;
  /** How often the table had been doubted when it was written. */
  doubts: number;
  /** How often it had been told what was given when it was given last. */
  told: number;
}

/** What is in memory, as the module has written it. */
export class Table {
  readonly #slots = new Map<string, Kept>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();
  #touched: number[] = [];
  /** How often it was told which entries were given. */
  #told = 1;
  #doubts = 0;
  readonly #made = Date.now();
  /** Counts how often everything was let go of. */
  #clears = 0;
  hits = 0;

  /** How often everything was let go of, because another user is here. */
  get clears(): number {
    return this.#clears;
  }

  /** The value of a key, if it may be given without a question. */
  hit(key: KeyText): CacheResult | undefined {
    const slot = this.#keptOf(key);
    if (slot === undefined || slot.doubts !== this.#doubts) return undefined;
    const now = Date.now();
    if (now >= slot.until || now < slot.since) return undefined;
    if (key.version !== undefined && slot.version !== key.version) return undefined;
    this.hits += 1;
    if (slot.told !== this.#told) {
      slot.told = this.#told;
      this.#touched.push(slot.id);
    }
    return { data: slot.value, state: slot.state, age: now - slot.since };
  }

  /** What is there of a key, as it was last told. */
  snapshot(key: string): CacheSnapshot {
    return this.#slots.get(key)?.snapshot ?? MISSING;
  }

  /** What is there of a key now, if it has that version. `ask` asks the module where it has to be asked first. */
  look(key: KeyText, ask: (key: string) => void): CacheSnapshot {
    let slot = this.#keptOf(key);
    if (slot !== undefined && this.#isDoubtful(key.text, slot)) {
      ask(key.text);
      slot = this.#keptOf(key);
    }
    return slot === undefined || (key.version !== undefined && slot.version !== key.version)
      ? MISSING
      : slot.snapshot;
  }

  /** What is there of a key, by one look-up for as long as it is there: this is what renders wait for. */
  #keptOf(key: KeyText): Kept | undefined {
    if (key.kept?.table !== this) key.kept = this.#slots.get(key.text);
    return key.kept;
  }

  #isDoubtful(key: string, slot: Kept): boolean {
    const isInDoubt = slot.doubts !== this.#doubts || Date.now() - this.#made >= slot.due;
    // What is shown is looked after by the module itself.
    return isInDoubt && !this.#listeners.has(key);
  }

  /** When the value of a key was set, or its fetch began, in milliseconds since 1970. */
  since(key: string): number | undefined {
    return this.#slots.get(key)?.since;
  }

  /** Which entries were given since the last time. */
  takeTouched(): number[] {
    const touched = this.#touched;
    this.#touched = [];
    this.#told += 1;
    return touched;
  }

  get hasTouched(): boolean {
    return this.#touched.length > 0;
  }

  put(key: string, slot: Slot): void {
    const former = this.#slots.get(key);
    const age = Math.max(0, Date.now() - slot.since);
    const isSame =
      former !== undefined &&
      former.value === slot.value &&
      former.since === slot.since &&
      former.state === slot.state &&
      age - (former.snapshot.age ?? 0) < TICK;
    const snapshot = isSame ? former.snapshot : Object.freeze({ data: slot.value, state: slot.state, age });
    const { id, value, since, until, state, version } = slot;
    const kept = {
      id,
      value,
      since,
      until,
      state,
      version,
      table: this,
      snapshot,
      due: this.#dueOf(slot),
      doubts: this.#doubts,
      told: 0,
    };
    if (former) Object.assign(former, kept);
    else this.#slots.set(key, kept);
    if (!isSame) this.#tell(key);
  }

  #dueOf({ state, until }: Slot): number {
    return state === 'fresh' ? Math.max(-LAST_DUE, Math.min(until - this.#made, LAST_DUE)) : LAST_DUE;
  }

  drop(key: string): void {
    const kept = this.#slots.get(key);
    if (kept === undefined) return;
    empty(kept);
    this.#slots.delete(key);
    this.#tell(key);
  }

  clear(): void {
    this.#clears += 1;
    this.#touched = [];
    for (const kept of this.#slots.values()) empty(kept);
    this.#slots.clear();
    // Whoever shows something is told, also of what was not there.
    for (const key of this.#listeners.keys()) this.#tell(key);
  }

  /** Nothing is given without a question until it is written anew. */
  doubt(): void {
    this.#doubts += 1;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** @returns whether it is the first of this key, and a function that says whether it was the last */
  listen(key: string, listener: () => void): { isFirst: boolean; end: () => boolean } {
    const own = () => listener();
    const listeners = this.#listeners.get(key) ?? new Set();
    const isFirst = listeners.size === 0;
    listeners.add(own);
    this.#listeners.set(key, listeners);
    const end = () => {
      if (!listeners.delete(own) || listeners.size > 0) return false;
      if (this.#listeners.get(key) === listeners) this.#listeners.delete(key);
      return true;
    };
    return { isFirst, end };
  }

  /** Listeners hear of all that one step has changed at once, and never while somebody renders. */
  #tell(key: string): void {
    if (!this.#listeners.has(key)) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#tellAll());
    this.#changed.add(key);
  }

  #tellAll(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const key of changed) {
      for (const listener of [...(this.#listeners.get(key) ?? [])]) report(listener);
    }
  }
}

/** It is there no longer. Keys that are remembered may still know it. */
function empty(kept: Kept): void {
  kept.table = undefined;
  kept.value = undefined;
  kept.snapshot = MISSING;
}
