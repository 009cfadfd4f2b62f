import { BroadcastHead, ChangeHead } from './heads.js';
import { slotOf } from './slots.js';

// By way of this file, so that a page fetches few files at once; some small servers answer no more than four.
export { keyIn } from './key.js';
export { Received } from './received.js';
export { Handover, Unparsed } from './slots.js';

/** Who gets a message. */
class Audience {
  /** Those of the slots that there are, and the field that the key of all is in, if all want the latest by the same. */
  held;
  field;
  /** What it was reckoned of. */
  version;

  constructor(slots) {
    this.slots = slots;
  }
}

/** What is wanted of a topic. */
class TopicRoutes {
  /** That of the last binary broadcast. */
  name;

  /** Whether the core has written them; otherwise the topic is there because its frames go to other tabs. */
  isRouted = false;
  #forward;

  constructor(headOf, topic, any, events, changes, seen, joinRef) {
    this.any = new Audience(any);
    this.events = audiences(events);
    this.changes = audiences(changes);
    this.seen = seen;
    this.joinRef = joinRef;
    this.heads = [
      new BroadcastHead(headOf(topic, 'broadcast'), this),
      new ChangeHead(headOf(topic, 'postgres_changes'), this),
    ];
  }

  /** Where its frames go besides, as `Forwarder` says it; the heads have it too, because a frame comes by way of them. */
  get forward() {
    return this.#forward;
  }

  set forward(forward) {
    this.#forward = forward;
    for (const head of this.heads) head.forward = forward;
  }

  /** Whether anything of it may be for this tab. */
  get isLocal() {
    return this.any.slots.length > 0 || this.events.size > 0 || this.changes.size > 0;
  }

  /** Each once. */
  get slots() {
    const audiences = [this.any, ...this.events.values(), ...this.changes.values()];
    return new Set(audiences.flatMap(({ slots }) => slots));
  }
}

/** @param {(string | number | number[])[]} pairs `[key, slots, …]` */
function audiences(pairs) {
  return new Map(pairs.flatMap((key, at) => (at % 2 === 0 ? [[key, new Audience(pairs[at + 1])]] : [])));
}

/** The routing table as the core writes it, and the slots that it names. */
export class Table {
  #protocol;
  #topics = new Map();
  #heads = new Map();
  #slots = new Map();
  /** That of the last frame, and of the last two if they had the same: comparing is faster than looking up. */
  #last;
  #repeated;
  /** Another one with each change of what the slots are. */
  #version = 0;
  /** How many slots want the latest by a key that a text can be searched for. */
  #latest = 0;

  constructor(protocol) {
    this.#protocol = protocol;
  }

  /** The head of a data frame in which its topic is told as it is; `undefined` of any other. */
  head(data) {
    if (this.#repeated?.fits(data)) return this.#repeated;
    const head = this.#heads.get(data.slice(0, this.#protocol.headEnd(data)));
    head?.look(data);
    this.#repeated = head === this.#last ? head : undefined;
    this.#last = head;
    return head;
  }

  #forgetHeads() {
    this.#last = undefined;
    this.#repeated = undefined;
  }

  get hasLatest() {
    return this.#latest > 0;
  }

  /** Reckons who of an audience there is, if that has changed. */
  present(audience) {
    if (audience.version !== this.#version) {
      const held = [];
      for (const slot of audience.slots) {
        const each = this.#slots.get(slot);
        if (each) held.push(each);
      }
      const field = this.hasLatest ? held[0]?.field : undefined;
      audience.held = held;
      audience.field = field && held.every((each) => each.field?.name === field.name) ? field : undefined;
      audience.version = this.#version;
    }
    return audience;
  }

  /** @param {object | undefined} held in the place of what the slot was */
  #put(slot, held) {
    const former = this.#slots.get(slot);
    former?.drop();
    if (held === undefined) this.#slots.delete(slot);
    else this.#slots.set(slot, held);
    this.#latest += Number(held?.field !== undefined) - Number(former?.field !== undefined);
    this.#version += 1;
  }

  /** `delivery` is as `slotOf` takes it. Another one than before is another subscription: what waits is dropped. */
  setSlot(slot, callback, delivery, shared) {
    const kind = JSON.stringify(delivery);
    let held = this.#slots.get(slot);
    if (!held || held.kind !== kind) {
      const make = () => Object.assign(slotOf(slot, delivery, shared), { kind, make });
      held = make();
      this.#put(slot, held);
    }
    held.callback = callback;
  }

  /** Whoever it belongs to is told of what comes from now on alone: what waits is dropped, and what is on its way ends. */
  #renew(slot) {
    const former = this.#slots.get(slot);
    if (!former) return;
    const { callback, make } = former;
    this.#put(slot, Object.assign(make(), { callback }));
  }

  dropSlot(slot) {
    this.#put(slot, undefined);
  }

  /**
   * `events` is `[name, slots, …]`, `changes` is `[id, slots, …]`; a topic that deduplicates keeps what it has seen;
   * `joinRef` is that of the join that counts, if there is one.
   */
  setRoutes(topic, any, events, changes, deduplicate, joinRef) {
    const seen = deduplicate ? (this.#topics.get(topic)?.seen ?? new Set()) : undefined;
    this.#set(topic, any, events, changes, seen, joinRef).isRouted = true;
  }

  #set(topic, ...routes) {
    const set = new TopicRoutes(this.#protocol.head, topic, ...routes);
    set.forward = this.#topics.get(topic)?.forward;
    this.#topics.set(topic, set);
    for (const each of set.heads) this.#heads.set(each.text, each);
    this.#forgetHeads();
    return set;
  }

  /** What waits for those whom its messages went to is dropped with the routes. */
  dropRoutes(topic) {
    const routes = this.#topics.get(topic);
    if (!routes?.isRouted) return;
    if (routes.forward) this.#set(topic, [], [], []);
    else this.#drop(topic, routes);
    for (const slot of routes.slots) this.#renew(slot);
  }

  #drop(topic, { heads }) {
    this.#topics.delete(topic);
    for (const { text } of heads) this.#heads.delete(text);
    this.#forgetHeads();
  }

  /** @param {object | undefined} forward where the topic's frames go besides, if they do */
  setForward(topic, forward) {
    const routes = this.#topics.get(topic) ?? (forward && this.#set(topic, [], [], []));
    if (!routes) return;
    routes.forward = forward;
    if (!forward && !routes.isRouted) this.#drop(topic, routes);
  }

  topic(name) {
    return this.#topics.get(name);
  }
}

/** Who gets a broadcast of this name. */
export function broadcastAudience({ events, any }, event) {
  return events.size > 0 ? (events.get(event) ?? any) : any;
}

/** Who gets a change with these ids. */
export function changeAudience({ changes }, ids) {
  if (ids.length === 1) return changes.get(ids[0]);
  // A row that several bindings of one callback match is one change to it.
  return new Audience([...new Set(ids.flatMap((id) => changes.get(id)?.slots ?? []))]);
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
