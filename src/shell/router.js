/**
 * Executes the routing table that the core writes: data frames go from the socket to their callbacks without
 * entering wasm, control frames go to the core. Its twin in Rust is `tests/twin/router.rs`; a differential
 * test holds the two to each other, so a change here is a change there.
 */

import {
  BinaryEnvelope,
  BroadcastEnvelope,
  ChangeEnvelope,
  exactNumbers,
  remember,
  TextEnvelopes,
} from './router/envelopes.js';
import {
  BROADCAST,
  binaryMessage,
  broadcastFrame,
  decoded,
  isObject,
  messageIn,
  parsed,
  REPLY,
  replyIn,
  show,
  V1,
  V2,
} from './router/frames.js';
import {
  broadcastSlots,
  changeSlots,
  Handover,
  isDuplicate,
  keyIn,
  Table,
  Unparsed,
} from './router/table.js';

/** No broadcast's header with its fields is longer. */
const HEADER_LIMIT = 770;
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
  #table = new Table();
  #textEnvelopes = new TextEnvelopes();
  #binaryEnvelopes = new Map();
  /** By socket: how many frames have come since that was last asked, and the event of the last of them. */
  #received = new Map();

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
    this.#shared = { handover: new Handover(), dropped };
  }

  /** What waits for a slot whose `delivery` changes is dropped. */
  setSlot(slot, callback, delivery) {
    this.#table.setSlot(slot, callback, delivery, this.#shared);
    this.#forgetEnvelopes();
  }

  /** One that is being delivered to does not hear of it either, and what waits for it is dropped. */
  dropSlot(slot) {
    this.#table.dropSlot(slot);
    this.#forgetEnvelopes();
  }

  setRoutes(topic, ...routes) {
    this.#table.setRoutes(topic, ...routes);
    this.#forgetEnvelopes();
  }

  /** What came on the topic and is not handed over yet is not any more. */
  dropRoutes(topic) {
    this.#table.dropRoutes(topic);
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
    const received = { frames: 0, last: undefined };
    this.#received.set(socket, received);
    return (event) => {
      const { data } = event;
      this.frames += 1;
      // Its time is read when that is asked for: that costs more than all else that is done here.
      received.frames += 1;
      received.last = event;
      this.#shared.handover.frameCame();
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

  /** How many frames a socket has received since the last call, and when the last of them came: `[frames, time]`. */
  heard(socket) {
    const received = this.#received.get(socket);
    if (!received?.last) return undefined;
    const heard = Float64Array.of(received.frames, received.last.timeStamp);
    received.frames = 0;
    received.last = undefined;
    return heard;
  }

  /** The socket is closed. */
  forget(socket) {
    this.#received.delete(socket);
  }

  text(socket, data) {
    const known = this.#textEnvelopes.find(data, this.#protocol.payloadStart);
    const delivered =
      known && (known instanceof ChangeEnvelope ? known.deliver(data) : this.#knownBroadcast(known, data));
    if (!delivered) this.#unknownText(socket, data);
  }

  /** Whether the frame was no more than a payload in this envelope, and has been delivered. */
  #knownBroadcast(known, data) {
    const { broadcastEnd } = this.#protocol;
    if (!data.endsWith(broadcastEnd)) return false;
    const start = known.text.length;
    const end = data.length - broadcastEnd.length;
    if (known.field !== undefined && this.#keep(known, data, start, end, this.#parseText)) return true;
    const payload = parsed(data.slice(start, end));
    if (payload === undefined) return false;
    const message = textMessage(known.event, payload);
    for (const held of known.all) held.take(message);
    return true;
  }

  /** Whether the payload's key could be told from its text, and the slots keep it as their latest. */
  #keep({ event, all, field }, text, start, end, parse) {
    const key = keyIn(text, start, end, field);
    if (key === undefined) return false;
    const message = new Unparsed(text, start, end, event, parse);
    for (const held of all) held.put(key, message);
    return true;
  }

  #parseText = (event, text) => this.#late(textMessage, event, text);
  #parseBinary = (event, text) => this.#late(binaryMessage, event, text);

  #late(messageOf, event, text) {
    const payload = parsed(text);
    if (payload !== undefined) return messageOf(event, payload);
    this.malformed += 1;
    return undefined;
  }

  #unknownText(socket, data) {
    const frame = parsed(data);
    const parts = frame === undefined ? undefined : this.#protocol.parts(frame);
    const { topic, event, payload } = parts ?? {};
    if (typeof topic !== 'string' || typeof event !== 'string' || payload === undefined) {
      this.malformed += 1;
    } else if (event === 'broadcast') {
      if (!isObject(payload)) {
        this.malformed += 1;
        return;
      }
      // One without a name is for those who want all.
      if (typeof payload.event !== 'string') payload.event = '';
      const routes = this.#routesOf(topic, frame);
      const slots = routes && broadcastSlots(routes, payload.event);
      if (slots?.length) this.#rememberText(data, frame, parts, routes, slots);
      this.#deliver(slots, payload, routes?.seen);
    } else if (event === 'postgres_changes') {
      if (!isObject(payload) || !Array.isArray(payload.ids) || !isObject(payload.data)) {
        this.malformed += 1;
        return;
      }
      const routes = this.#routesOf(topic, frame);
      const slots = routes && changeSlots(routes, payload.ids);
      if (slots?.length) {
        this.#rememberText(data, frame, parts, routes, slots);
        exactNumbers(payload.data, data, (written) => this.#protocol.parts(written).payload.data);
      }
      this.#deliver(slots, payload.data);
    } else {
      this.#control(socket, frame);
    }
  }

  /** Nobody wants what is of an earlier join. */
  #routesOf(topic, frame) {
    const routes = this.#table.topic(topic);
    return routes && !this.#protocol.isStale(frame, routes) ? routes : undefined;
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
      const known = this.#textEnvelopes.get(envelope) ?? new ChangeEnvelope(envelope);
      known.set(end, this.#table.held(slots));
      this.#textEnvelopes.set(known);
    } else {
      this.#textEnvelopes.set(new BroadcastEnvelope(envelope, event, this.#table.held(slots)));
    }
  }

  binary(socket, buffer) {
    const bytes = new Uint8Array(buffer);
    const metaStart = 5 + bytes[1] + bytes[2];
    const payloadStart = metaStart + bytes[3];
    let hash = (bytes[1] << 8) | bytes[2];
    for (let at = 5; at < metaStart; at += 1) hash = (Math.imul(hash, 31) + bytes[at]) | 0;
    const known = this.#binaryEnvelopes.get(hash);
    const isKnown = known && bytes[0] === BROADCAST && bytes[4] <= 1 && payloadStart <= bytes.length;
    if (isKnown && known.fits(bytes)) {
      this.#knownBinary(known, buffer, bytes[4] === 1, metaStart, payloadStart);
    } else {
      this.#unknownBinary(socket, buffer, bytes, hash);
    }
  }

  #knownBinary(known, buffer, isJson, metaStart, payloadStart) {
    if (known.field !== undefined && isJson && metaStart === payloadStart) {
      const text = decoded(buffer, payloadStart);
      if (text !== undefined && this.#keep(known, text, 0, text.length, this.#parseBinary)) return;
    }
    const message = messageIn(buffer, known.event, isJson, metaStart, payloadStart);
    if (!message) this.malformed += 1;
    else if (known.seen && isDuplicate(known.seen, message)) this.duplicates += 1;
    else for (const held of known.all) held.take(message);
  }

  #unknownBinary(socket, buffer, bytes, hash) {
    if (this.#protocol === V1) {
      this.malformed += 1;
      return;
    }
    if (bytes[0] === REPLY) {
      const frame = replyIn(buffer);
      if (frame) this.#control(socket, frame);
      else this.malformed += 1;
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
    const event = decoded(buffer, eventStart, metaStart);
    let seen;
    if (bytes[0] === BROADCAST) {
      seen = this.#table.topic(decoded(buffer, 5, eventStart))?.seen;
      const envelope = new BinaryEnvelope(bytes.slice(0, metaStart), event, this.#table.held(slots), seen);
      remember(this.#binaryEnvelopes, hash, envelope);
    }
    const message = messageIn(buffer, event, isJson, metaStart, payloadStart);
    if (message) this.#deliver(slots, message, seen);
    else this.malformed += 1;
  }

  #deliver(slots, message, seen) {
    if (!slots?.length) {
      this.unrouted += 1;
    } else if (seen && isDuplicate(seen, message)) {
      this.duplicates += 1;
    } else {
      for (const held of this.#table.held(slots)) held.take(message);
    }
  }
}

/** As the server writes it. */
function textMessage(event, payload) {
  return { event, payload, type: 'broadcast' };
}
