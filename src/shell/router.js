/**
 * Executes the routing table that the core writes: data frames go from the socket to their callbacks without
 * entering wasm, control frames go to the core. Its twin in Rust is `src/core/realtime/router.rs`; a differential
 * test holds the two to each other, so a change here is a change there.
 */
import { BinaryEnvelope, Envelope, remember } from './router/envelopes.js';
import { exactNumbers } from './router/exact.js';
import { keyIn } from './router/key.js';
import { V1, V2 } from './router/protocol.js';
import { isDuplicate } from './router/replays.js';
import { Frames, slotOf, Unparsed } from './router/slots.js';
import { broadcastFrame, show } from './router/traffic.js';

const HEADER_LIMIT = 770;
/** Kinds of binary frames, and how long the kind and the lengths of a reply are. */
const REPLY = 1;
const BROADCAST = 4;
const REPLY_HEADER = 5;
/** What follows on the data of a change, as the server writes it. */
const CHANGE_END = ',"ids":[';
/** So many frames of a topic may have an envelope that cannot be remembered before no more are tried. */
const MOST_STRANGE = 20;

/**
 * What surrounds a payload (topic, event, and what the server writes between) is the same in one message after another,
 * and so is what the table says of it. Both are remembered by the envelope's own text or bytes until the table changes:
 * a frame in a known envelope has only its payload parsed, and a binary one does not enter wasm. Any other frame goes
 * the long way, which alone decides what a frame is. Where all who get it want the latest by a key, not even the
 * payload is parsed before it is handed over.
 */
export class Router {
  frames = 0;
  bytes = 0;
  malformed = 0;
  unrouted = 0;
  duplicates = 0;
  dropped = 0;
  #protocol;
  #control;
  #scan;
  #tap;
  #shared;
  #topics = new Map();
  #slots = new Map();
  #textEnvelopes = new Map();
  #binaryEnvelopes = new Map();
  #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /**
   * @param {1 | 2} version of the protocol whose frames are read
   * @param {(socket: number, frame: unknown) => void} control takes a control frame
   * @param {(header: Uint8Array) => Uint32Array | undefined} scan finds in a binary broadcast
   *   `[is JSON, event's start, metadata's start, payload's start, ...slots]`
   * @param {(slot: number, count: number) => void} overflow is told, before a slot is handed what it waits for, how
   *   many of its messages were dropped because it was too much
   */
  constructor(version, control, scan, overflow) {
    this.#protocol = version === 1 ? V1 : V2;
    this.#control = control;
    this.#scan = scan;
    const dropped = (slot, count) => {
      this.dropped += count;
      overflow(slot, count);
    };
    this.#shared = { frames: new Frames(), dropped };
  }

  /** `delivery` is as `slotOf` takes it. Another one than before is another subscription: what waits is dropped. */
  setSlot(slot, callback, delivery) {
    const kind = JSON.stringify(delivery);
    let held = this.#slots.get(slot);
    if (!held || held.kind !== kind) {
      held?.drop();
      held = slotOf(slot, delivery, this.#shared);
      held.kind = kind;
      this.#slots.set(slot, held);
    }
    held.callback = callback;
    this.#forgetEnvelopes();
  }

  /** One that is being delivered to does not hear of it either, and what waits for it is dropped. */
  dropSlot(slot) {
    this.#slots.get(slot)?.drop();
    this.#slots.delete(slot);
    this.#forgetEnvelopes();
  }

  /** `events` is `[name, slots, …]`, `changes` is `[id, slots, …]`. */
  setRoutes(topic, any, events, changes, deduplicate) {
    const pairs = (list) => new Map(list.flatMap((key, at) => (at % 2 === 0 ? [[key, list[at + 1]]] : [])));
    const seen = deduplicate ? (this.#topics.get(topic)?.seen ?? new Set()) : undefined;
    this.#topics.set(topic, { any, events: pairs(events), changes: pairs(changes), seen, strange: 0 });
    this.#forgetEnvelopes();
  }

  dropRoutes(topic) {
    this.#topics.delete(topic);
    this.#forgetEnvelopes();
  }

  #forgetEnvelopes() {
    this.#textEnvelopes.clear();
    this.#binaryEnvelopes.clear();
  }

  /** @param {undefined | ((frame: { direction: 'in' | 'out', data: string | ArrayBuffer }) => void)} tap is shown every frame */
  setTap(tap) {
    this.#tap = tap;
  }

  send(socket, frame) {
    this.#send(socket, JSON.stringify(frame));
  }

  sendBroadcast(socket, header, payload, isJson) {
    this.#send(socket, broadcastFrame(header, payload, isJson));
  }

  #send(socket, data) {
    if (this.#tap) show(this.#tap, 'out', data);
    socket.send(data);
  }

  /** The listener of a socket's `message` events. */
  receiver(socket) {
    return ({ data }) => {
      this.frames += 1;
      if (this.#tap) show(this.#tap, 'in', data);
      if (typeof data === 'string') {
        this.bytes += data.length;
        this.text(socket, data);
      } else {
        this.bytes += data.byteLength;
        this.binary(socket, data);
      }
    };
  }

  text(socket, data) {
    const start = this.#protocol.payloadStart(data);
    const known = start > 0 ? this.#textEnvelopes.get(data.slice(0, start)) : undefined;
    const delivered =
      known && (known.ids ? knownChange(known, data, start) : this.#knownBroadcast(known, data, start));
    if (!delivered) this.#unknownText(socket, data);
  }

  /** Whether the frame was no more than a payload in this envelope, and has been delivered. */
  #knownBroadcast(known, data, start) {
    const { broadcastEnd } = this.#protocol;
    if (!data.endsWith(broadcastEnd)) return false;
    const end = data.length - broadcastEnd.length;
    if (known.key !== undefined && this.#keep(known, data, start, end, textMessage)) return true;
    const payload = parsed(data.slice(start, end));
    if (payload === undefined) return false;
    const message = textMessage(known.event, payload);
    for (const held of known.all) held.take(message);
    return true;
  }

  /** Whether the payload's key could be told from its text, and the slots keep it as their latest. */
  #keep({ event, all, key: name }, text, start, end, messageOf) {
    const key = keyIn(text, start, end, name);
    if (key === undefined) return false;
    const message = new Unparsed(() => {
      const payload = parsed(text.slice(start, end));
      if (payload !== undefined) return messageOf(event, payload);
      this.malformed += 1;
      return undefined;
    });
    for (const held of all) held.put(key, message);
    return true;
  }

  #unknownText(socket, data) {
    const frame = parsed(data);
    const parts = frame === undefined ? undefined : this.#protocol.parts(frame);
    const { topic, event, payload } = parts ?? {};
    if (typeof topic !== 'string' || typeof event !== 'string' || payload === undefined) {
      this.malformed += 1;
    } else if (event === 'broadcast') {
      if (!isObject(payload) || typeof payload.event !== 'string') {
        this.malformed += 1;
        return;
      }
      const routes = this.#topics.get(topic);
      const slots = routes && (routes.events.get(payload.event) ?? routes.any);
      if (slots?.length) this.#rememberText(data, frame, parts, routes, slots);
      this.#deliver(slots, payload, routes?.seen);
    } else if (event === 'postgres_changes') {
      if (!isObject(payload) || !Array.isArray(payload.ids) || !isObject(payload.data)) {
        this.malformed += 1;
        return;
      }
      const routes = this.#topics.get(topic);
      const slots = routes && changeSlots(routes.changes, payload.ids);
      if (slots?.length) {
        this.#rememberText(data, frame, parts, routes, slots);
        exactNumbers(payload.data, data, (written) => this.#protocol.parts(written).payload.data);
      }
      this.#deliver(slots, payload.data);
    } else {
      this.#control(socket, frame);
    }
  }

  /** Writes the envelope anew, and remembers it if that is how the server wrote it. */
  #rememberText(data, frame, parts, routes, slots) {
    const { event, ids, meta } = parts.payload;
    // Metadata are another in every message.
    if (meta !== undefined || routes.strange >= MOST_STRANGE) return;
    const { address, broadcastEnd, changeEnd } = this.#protocol;
    const isChange = parts.event === 'postgres_changes';
    const inner = isChange ? '{"data":' : `{"event":${JSON.stringify(event)},"payload":`;
    const envelope = `${address(frame)}${inner}`;
    const end = isChange ? `,"ids":${JSON.stringify(ids)}${changeEnd}` : broadcastEnd;
    if (!data.startsWith(`${envelope}{`) || !data.endsWith(end)) {
      routes.strange += 1;
    } else if (isChange) {
      const known = this.#textEnvelopes.get(envelope) ?? { ids: new Map() };
      remember(known.ids, end, this.#held(slots));
      remember(this.#textEnvelopes, envelope, known);
    } else {
      remember(this.#textEnvelopes, envelope, new Envelope(event, this.#held(slots)));
    }
  }

  binary(socket, buffer) {
    if (this.#protocol === V1) {
      this.malformed += 1;
      return;
    }
    const bytes = new Uint8Array(buffer);
    const metaStart = 5 + bytes[1] + bytes[2];
    const payloadStart = metaStart + bytes[3];
    let hash = (bytes[1] << 8) | bytes[2];
    for (let at = 5; at < metaStart; at += 1) hash = (Math.imul(hash, 31) + bytes[at]) | 0;
    const known = this.#binaryEnvelopes.get(hash);
    if (
      known &&
      bytes[0] === BROADCAST &&
      bytes[4] <= 1 &&
      payloadStart <= bytes.length &&
      known.fits(bytes)
    ) {
      this.#knownBinary(known, buffer, bytes[4] === 1, metaStart, payloadStart);
    } else if (bytes[0] === REPLY) {
      this.#reply(socket, buffer);
    } else {
      this.#unknownBinary(buffer, bytes, hash);
    }
  }

  #knownBinary(known, buffer, isJson, metaStart, payloadStart) {
    let text;
    if (known.key !== undefined && isJson && metaStart === payloadStart) {
      text = this.#decoded(buffer, payloadStart);
      if (text !== undefined && this.#keep(known, text, 0, text.length, binaryMessage)) return;
    }
    const message = this.#message(buffer, known.event, isJson, metaStart, payloadStart);
    if (!message) return;
    if (known.seen && isDuplicate(known.seen, message)) {
      this.duplicates += 1;
      return;
    }
    for (const held of known.all) held.take(message);
  }

  #unknownBinary(buffer, bytes, hash) {
    const found = this.#scan(bytes.subarray(0, HEADER_LIMIT));
    if (found === undefined) {
      this.malformed += 1;
      return;
    }
    if (found.length === 4) {
      this.unrouted += 1;
      return;
    }
    const [isJson, eventStart, metaStart, payloadStart, ...slots] = found;
    const event = this.#decoder.decode(bytes.subarray(eventStart, metaStart));
    let seen;
    if (bytes[0] === BROADCAST) {
      seen = this.#topics.get(this.#decoder.decode(bytes.subarray(5, eventStart)))?.seen;
      const envelope = new BinaryEnvelope(bytes.slice(0, metaStart), event, this.#held(slots), seen);
      remember(this.#binaryEnvelopes, hash, envelope);
    }
    const message = this.#message(buffer, event, isJson, metaStart, payloadStart);
    if (message) this.#deliver(slots, message, seen);
  }

  /** A reply is for the core, as a text frame would be. */
  #reply(socket, buffer) {
    const fields = [];
    let at = REPLY_HEADER;
    try {
      for (const length of new Uint8Array(buffer, 1, REPLY_HEADER - 1)) {
        fields.push(this.#decoder.decode(new Uint8Array(buffer, at, length)));
        at += length;
      }
    } catch {
      this.malformed += 1;
      return;
    }
    const [joinRef, ref, topic, status] = fields;
    this.#control(socket, [joinRef, ref, topic, 'phx_reply', { status, response: buffer.slice(at) }]);
  }

  #message(buffer, event, isJson, metaStart, payloadStart) {
    const message = binaryMessage(event, undefined);
    try {
      message.payload = isJson
        ? JSON.parse(this.#decoder.decode(new Uint8Array(buffer, payloadStart)))
        : buffer.slice(payloadStart);
      if (metaStart < payloadStart) {
        const meta = new Uint8Array(buffer, metaStart, payloadStart - metaStart);
        message.meta = JSON.parse(this.#decoder.decode(meta));
      }
      return message;
    } catch {
      this.malformed += 1;
      return undefined;
    }
  }

  /** `undefined` if it is not UTF-8. */
  #decoded(buffer, start) {
    try {
      return this.#decoder.decode(new Uint8Array(buffer, start));
    } catch {
      return undefined;
    }
  }

  #deliver(slots, message, seen) {
    if (!slots?.length) {
      this.unrouted += 1;
    } else if (seen && isDuplicate(seen, message)) {
      this.duplicates += 1;
    } else {
      for (const slot of slots) this.#slots.get(slot)?.take(message);
    }
  }

  #held(slots) {
    return slots.flatMap((slot) => this.#slots.get(slot) ?? []);
  }
}

/** As the server writes it. */
function textMessage(event, payload) {
  return { event, payload, type: 'broadcast' };
}

function binaryMessage(event, payload) {
  return { type: 'broadcast', event, payload };
}

function knownChange({ ids }, data, start) {
  const end = data.lastIndexOf(CHANGE_END);
  const all = end > start ? ids.get(data.slice(end)) : undefined;
  const text = all && data.slice(start, end);
  const change = all && parsed(text);
  if (change === undefined) return false;
  exactNumbers(change, text, (written) => written);
  for (const held of all) held.take(change);
  return true;
}

/** `undefined` if it is not one value. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function changeSlots(changes, ids) {
  if (ids.length === 1) return changes.get(ids[0]);
  // A row that several bindings of one callback match is one change to it.
  return [...new Set(ids.flatMap((id) => changes.get(id) ?? []))];
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
