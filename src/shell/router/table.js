import { slotOf } from './slots.js';

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
      held = slotOf(slot, delivery, shared);
      held.kind = kind;
      this.#slots.set(slot, held);
    }
    held.callback = callback;
  }

  dropSlot(slot) {
    this.#slots.get(slot)?.drop();
    this.#slots.delete(slot);
  }

  /** `events` is `[name, slots, …]`, `changes` is `[id, slots, …]`; a topic that deduplicates keeps what it has seen. */
  setRoutes(topic, any, events, changes, deduplicate) {
    const pairs = (list) => new Map(list.flatMap((key, at) => (at % 2 === 0 ? [[key, list[at + 1]]] : [])));
    const seen = deduplicate ? (this.#topics.get(topic)?.seen ?? new Set()) : undefined;
    this.#topics.set(topic, { any, events: pairs(events), changes: pairs(changes), seen, strange: 0 });
  }

  dropRoutes(topic) {
    this.#topics.delete(topic);
  }

  topic(name) {
    return this.#topics.get(name);
  }

  slot(slot) {
    return this.#slots.get(slot);
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
