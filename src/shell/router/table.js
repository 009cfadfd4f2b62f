import { slotOf } from './slots.js';

// By way of this file, so that a page fetches few files at once; some small servers answer no more than four.
export { keyIn } from './key.js';
export { Handover, Unparsed } from './slots.js';

/** The routing table as the core writes it, and the slots that it names. */
export class Table {
  #topics = new Map();
  #slots = new Map();

  /** `delivery` is as `slotOf` takes it. Another one than before is another subscription: what waits is dropped. */
  setSlot(slot, callback, delivery, shared) {
    const kind = JSON.stringify(delivery);
    let held = this.#slots.get(slot);
    if (!held || held.kind !== kind) {
      held?.drop();
      const make = () => Object.assign(slotOf(slot, delivery, shared), { kind, make });
      held = make();
      this.#slots.set(slot, held);
    }
    held.callback = callback;
  }

  /** Whoever it belongs to is told of what comes from now on alone: what waits is dropped, and what is on its way ends. */
  #renew(slot) {
    const former = this.#slots.get(slot);
    if (!former) return;
    const { callback, make } = former;
    former.drop();
    this.#slots.set(slot, Object.assign(make(), { callback }));
  }

  dropSlot(slot) {
    this.#slots.get(slot)?.drop();
    this.#slots.delete(slot);
  }

  /**
   * `events` is `[name, slots, …]`, `changes` is `[id, slots, …]`; a topic that deduplicates keeps what it has seen;
   * `joinRef` is that of the join that counts, if there is one.
   */
  setRoutes(topic, any, events, changes, deduplicate, joinRef) {
    const pairs = (list) => new Map(list.flatMap((key, at) => (at % 2 === 0 ? [[key, list[at + 1]]] : [])));
    const seen = deduplicate ? (this.#topics.get(topic)?.seen ?? new Set()) : undefined;
    this.#topics.set(topic, {
      any,
      events: pairs(events),
      changes: pairs(changes),
      seen,
      joinRef,
      strange: 0,
    });
  }

  /** What waits for those whom its messages went to is dropped with the routes. */
  dropRoutes(topic) {
    const routes = this.#topics.get(topic);
    if (!routes) return;
    this.#topics.delete(topic);
    const slots = [routes.any, ...routes.events.values(), ...routes.changes.values()].flat();
    for (const slot of new Set(slots)) this.#renew(slot);
  }

  topic(name) {
    return this.#topics.get(name);
  }

  /** Those of the slots that there are. */
  held(slots) {
    return slots.flatMap((slot) => this.#slots.get(slot) ?? []);
  }
}

/** Who gets a broadcast of this name. */
export function broadcastSlots({ events, any }, event) {
  return events.get(event) ?? any;
}

/** Who gets a change with these ids. */
export function changeSlots({ changes }, ids) {
  if (ids.length === 1) return changes.get(ids[0]);
  // A row that several bindings of one callback match is one change to it.
  return [...new Set(ids.flatMap((id) => changes.get(id) ?? []))];
}

/** Of so many broadcasts of a topic the ids are remembered; the server replays 25 at most. */
const MOST_REMEMBERED = 64;

/**
 * Whether a broadcast is a replay of what has been delivered; what is not is remembered as delivered.
 * @param {Set<string>} seen the ids delivered last, the oldest first
 */
export function isDuplicate(seen, { meta }) {
  const id = meta?.id;
  if (typeof id !== 'string') return false;
  if (seen.has(id)) return meta.replayed === true;
  seen.add(id);
  if (seen.size > MOST_REMEMBERED) seen.delete(seen.values().next().value);
  return false;
}
