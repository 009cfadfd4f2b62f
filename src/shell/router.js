/**
 * Executes the routing table that the core writes: data frames go from the socket to their callbacks without
 * entering wasm, control frames go to the core. Its twin in Rust is `src/core/realtime/routes.rs`; a differential
 * test holds the two to each other, so a change here is a change there.
 */
import { V1, V2 } from './router/protocol.js';
import { broadcastFrame, show } from './router/traffic.js';

const HEADER_LIMIT = 770;
/** Kinds of binary frames, and how long the kind and the lengths of a reply are. */
const BROADCAST = 4;
const REPLY = 1;
const REPLY_HEADER = 5;
/** What follows on the data of a change, as the server writes it. */
const CHANGE_END = ',"ids":[';
/** So many envelopes are remembered at most; a sender may make up as many names as it likes. */
const MOST_ENVELOPES = 1000;
/** So many frames of a topic may have an envelope that cannot be remembered before no more are tried. */
const MOST_STRANGE = 20;

/**
 * What surrounds a payload (topic, event, and what the server writes between) is the same in one message after another,
 * and so is what the table says of it. Both are remembered by the envelope's own text or bytes until the table changes:
 * a frame in a known envelope has only its payload parsed, and a binary one does not enter wasm. Any other frame goes
 * the long way, which alone decides what a frame is.
 */
export class Router {
  frames = 0;
  bytes = 0;
  malformed = 0;
  unrouted = 0;
  #protocol;
  #control;
  #scan;
  #tap;
  #topics = new Map();
  #slots = new Map();
  #textEnvelopes = new Map();
  #binaryEnvelopes = new Map();
  #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /**
   * @param {typeof V1 | typeof V2} protocol whose frames are read
   * @param {(socket: number, frame: unknown[]) => void} control takes a control frame
   * @param {(header: Uint8Array) => Uint32Array | undefined} scan finds in a binary broadcast
   *   `[is JSON, event's start, metadata's start, payload's start, ...slots]`
   */
  constructor(protocol, control, scan) {
    this.#protocol = protocol === 1 ? V1 : V2;
    this.#control = control;
    this.#scan = scan;
  }

  setSlot(slot, callback) {
    const held = this.#slots.get(slot);
    if (held) held.callback = callback;
    else this.#slots.set(slot, { callback });
    this.#forgetEnvelopes();
  }

  dropSlot(slot) {
    const held = this.#slots.get(slot);
    // One that is being delivered to must not hear of it either.
    if (held) held.callback = undefined;
    this.#slots.delete(slot);
    this.#forgetEnvelopes();
  }

  /** `events` is `[name, slots, …]`, `changes` is `[id, slots, …]`. */
  setRoutes(topic, any, events, changes) {
    const pairs = (list) => new Map(list.flatMap((key, at) => (at % 2 === 0 ? [[key, list[at + 1]]] : [])));
    this.#topics.set(topic, { any, events: pairs(events), changes: pairs(changes), strange: 0 });
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

  setTap(tap) {
    this.#tap = tap;
  }

  text(socket, data) {
    const start = this.#protocol.payloadStart(data);
    const known = start > 0 ? this.#textEnvelopes.get(data.slice(0, start)) : undefined;
    const delivered =
      known &&
      (known.ids
        ? knownChange(known, data, start)
        : knownBroadcast(known, data, start, this.#protocol.broadcastEnd));
    if (!delivered) this.#unknownText(socket, data);
  }

  #unknownText(socket, data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      this.malformed += 1;
      return;
    }
    const parts = this.#protocol.parts(frame);
    if (!parts) {
      this.malformed += 1;
      return;
    }
    const { topic, event, payload } = parts;
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
      this.#deliver(slots, payload);
    } else if (event === 'postgres_changes') {
      if (!isObject(payload) || !Array.isArray(payload.ids) || !isObject(payload.data)) {
        this.malformed += 1;
        return;
      }
      const routes = this.#topics.get(topic);
      const slots = routes && changeSlots(routes.changes, payload.ids);
      if (slots?.length) this.#rememberText(data, frame, parts, routes, slots);
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
    const isChange = parts.event === 'postgres_changes';
    const envelope = `${this.#protocol.address(frame)}${isChange ? '{"data":' : `{"event":${JSON.stringify(event)},"payload":`}`;
    const { changeEnd, broadcastEnd } = this.#protocol;
    const end = isChange ? `,"ids":${JSON.stringify(ids)}${changeEnd}` : broadcastEnd;
    if (!data.startsWith(`${envelope}{`) || !data.endsWith(end)) {
      routes.strange += 1;
    } else if (isChange) {
      const known = this.#textEnvelopes.get(envelope) ?? { ids: new Map() };
      remember(known.ids, end, this.#held(slots));
      remember(this.#textEnvelopes, envelope, known);
    } else {
      remember(this.#textEnvelopes, envelope, { event, all: this.#held(slots) });
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
      const message = this.#message(buffer, known.event, bytes[4] === 1, metaStart, payloadStart);
      if (message) for (const held of known.all) call(held, message);
    } else {
      this.#unknownBinary(socket, buffer, bytes, hash);
    }
  }

  #unknownBinary(socket, buffer, bytes, hash) {
    if (bytes[0] === REPLY) {
      this.#reply(socket, buffer);
      return;
    }
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
    if (bytes[0] === BROADCAST) {
      remember(
        this.#binaryEnvelopes,
        hash,
        new BinaryEnvelope(bytes.slice(0, metaStart), event, this.#held(slots)),
      );
    }
    const message = this.#message(buffer, event, isJson, metaStart, payloadStart);
    if (message) this.#deliver(slots, message);
  }

  /** A reply is for the core, as a text frame would be. */
  #reply(socket, buffer) {
    const frame = [];
    let at = REPLY_HEADER;
    try {
      for (const length of new Uint8Array(buffer, 1, REPLY_HEADER - 1)) {
        frame.push(this.#decoder.decode(new Uint8Array(buffer, at, length)));
        at += length;
      }
    } catch {
      this.malformed += 1;
      return;
    }
    const [joinRef, ref, topic, status] = frame;
    this.#control(socket, [joinRef, ref, topic, 'phx_reply', { status, response: buffer.slice(at) }]);
  }

  #message(buffer, event, isJson, metaStart, payloadStart) {
    const message = { type: 'broadcast', event, payload: undefined };
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

  #deliver(slots, message) {
    if (!slots?.length) {
      this.unrouted += 1;
      return;
    }
    for (const slot of slots) call(this.#slots.get(slot), message);
  }

  #held(slots) {
    return slots.flatMap((slot) => this.#slots.get(slot) ?? []);
  }
}

/** Whether the frame was no more than a payload in this envelope, and has been delivered. */
function knownBroadcast({ event, all }, data, start, end) {
  if (!data.endsWith(end)) return false;
  const payload = parsed(data.slice(start, -end.length));
  if (payload === undefined) return false;
  const message = { event, payload, type: 'broadcast' };
  for (const held of all) call(held, message);
  return true;
}

function knownChange({ ids }, data, start) {
  const end = data.lastIndexOf(CHANGE_END);
  const all = end > start ? ids.get(data.slice(end)) : undefined;
  const change = all && parsed(data.slice(start, end));
  if (change === undefined) return false;
  for (const held of all) call(held, change);
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

class BinaryEnvelope {
  #bytes;

  constructor(bytes, event, all) {
    this.#bytes = bytes;
    this.event = event;
    this.all = all;
  }

  /** Whether a frame begins with the same lengths, topic and event. */
  fits(bytes) {
    const own = this.#bytes;
    if (own[1] !== bytes[1] || own[2] !== bytes[2]) return false;
    for (let at = 5; at < own.length; at += 1) if (own[at] !== bytes[at]) return false;
    return true;
  }
}

function call(held, message) {
  try {
    held?.callback?.(message);
  } catch (error) {
    // A callback's failure is its owner's: the page's error handlers see it, other callbacks still run.
    reportError(error);
  }
}

function remember(envelopes, key, envelope) {
  if (envelopes.size >= MOST_ENVELOPES && !envelopes.has(key)) envelopes.clear();
  envelopes.set(key, envelope);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
