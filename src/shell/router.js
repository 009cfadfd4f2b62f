/**
 * Executes the routing table that the core writes: data frames go from the socket to their callbacks without
 * entering wasm, control frames go to the core. Its twin in Rust is `tests/twin/router.rs`; a differential
 * test holds the two to each other, so a change here is a change there.
 */

import { exactColumns, exactNumbers } from './router/exact.js';
import {
  BROADCAST,
  binaryMessage,
  broadcastFrame,
  decoded,
  fieldsOf,
  isAscii,
  isObject,
  PUSH,
  parsed,
  replyIn,
  show,
  V1,
  V2,
} from './router/frames.js';
import { ends } from './router/heads.js';
import {
  broadcastAudience,
  changeAudience,
  Handover,
  isDuplicate,
  keyIn,
  Table,
  Unparsed,
} from './router/table.js';

/** What stands around a broadcast's name, as the server writes it. */
const EVENT = '{"event":"';
const PAYLOAD = '","payload":';

/**
 * What stands before the payload in a text frame of the server's (its head) is the same for all messages of a topic, so
 * the table knows it by its text: behind a known head only the payload is parsed. Where the name of a topic's broadcasts
 * is the same again and again, what stands around their innermost payload is known too, and only that is parsed. Any other
 * frame is parsed whole, which alone decides what a frame is, and costs little more: there is nothing to be remembered,
 * and so nothing to be forgotten, however many names take turns and however often the table changes. Where all who get
 * a broadcast want the latest by a key, not even the payload is parsed before it is handed over.
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
  #tap;
  #shared;
  #table;
  /** By socket: how many frames have come since that was last asked, and the event of the last of them. */
  #received = new Map();

  /**
   * @param {1 | 2} version of the protocol whose frames are read
   * @param {(socket: number, frame: unknown) => void} control takes a control frame
   * @param {(slot: number, count: number) => void} overflow is told, before a slot is handed what it waits for, how
   *   many of its messages were dropped because it was too much
   */
  constructor(version, control, overflow) {
    this.#protocol = version === 1 ? V1 : V2;
    this.#control = control;
    this.#table = new Table(this.#protocol);
    const dropped = (slot, count) => {
      this.dropped += count;
      overflow(slot, count);
    };
    this.#shared = { handover: new Handover(), dropped };
  }

  /** What waits for a slot whose `delivery` changes is dropped. */
  setSlot(slot, callback, delivery) {
    this.#table.setSlot(slot, callback, delivery, this.#shared);
  }

  /** One that is being delivered to does not hear of it either, and what waits for it is dropped. */
  dropSlot(slot) {
    this.#table.dropSlot(slot);
  }

  setRoutes(topic, ...routes) {
    this.#table.setRoutes(topic, ...routes);
  }

  /** What came on the topic and is not handed over yet is not any more. */
  dropRoutes(topic) {
    this.#table.dropRoutes(topic);
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
    const head = this.#table.head(data);
    const isDone =
      head !== undefined && (head.isChange ? this.#isChange(head, data) : this.#isBroadcast(head, data));
    if (!isDone) this.#whole(socket, data);
  }

  /** Whether the frame is a change behind this head and nothing else, and has been seen to. */
  #isChange(head, data) {
    const text = this.#protocol.behind(head.text, data);
    const known = head.parse(text);
    const payload = known ?? parsed(text);
    if (payload === undefined) return false;
    this.#change(head.routes, payload, known && head.exact, data);
    if (known === undefined && isObject(payload?.data)) head.came(text, payload.data);
    return true;
  }

  /** The same for a broadcast. */
  #isBroadcast(head, data) {
    const { broadcastEnd } = this.#protocol;
    const { usual } = head;
    if (head.isUsual && ends(data, broadcastEnd)) {
      const start = usual.text.length;
      const end = data.length - broadcastEnd.length;
      if (this.#isKept(head, data, this.#table.present(usual.audience), start, end)) return true;
      const payload = parsed(data.slice(start, end));
      if (payload !== undefined) {
        this.#give(usual.audience, { event: usual.name, payload, type: 'broadcast' });
        return true;
      }
    } else if (this.#table.hasLatest && this.#isNamedAndKept(head, data)) {
      return true;
    }
    const payload = parsed(this.#protocol.behind(head.text, data));
    if (payload === undefined) return false;
    const audience = this.#broadcast(head.routes, payload);
    if (audience !== undefined) head.came(data, payload.event, audience);
    return true;
  }

  /** Whether all who get a broadcast want the latest by a key, and the key of this payload could be told from its text. */
  #isKept(head, data, { field, held }, start, end) {
    if (field === undefined) return false;
    const key = keyIn(data, start, end, field);
    if (key === undefined) return false;
    const message = new Unparsed(data, head.text.length, data.length - 1, this.#parseText);
    for (const each of held) each.put(key, message);
    return true;
  }

  /** The same for one whose name is not the usual. */
  #isNamedAndKept(head, data) {
    const { broadcastEnd } = this.#protocol;
    const start = head.text.length + EVENT.length;
    const close = data.indexOf('"', start);
    const payloadStart = close + PAYLOAD.length;
    // A string of its own: a part of a text would keep all of the text alive.
    const event = parsed(data.slice(start - 1, close + 1));
    const isPlain =
      data.slice(head.text.length, start) === EVENT &&
      data.slice(close, payloadStart) === PAYLOAD &&
      ends(data, broadcastEnd) &&
      typeof event === 'string';
    if (!isPlain) return false;
    const audience = this.#table.present(broadcastAudience(head.routes, event));
    const end = data.length - broadcastEnd.length;
    const isKept = this.#isKept(head, data, audience, payloadStart, end);
    if (isKept) head.came(data, event, audience);
    return isKept;
  }

  #parseText = (text) => this.#late(parsed(text));
  #parseBinary = (text, event) => {
    const payload = this.#late(parsed(text));
    return payload === undefined ? undefined : binaryMessage(event, payload);
  };

  #late(message) {
    if (message === undefined) this.malformed += 1;
    return message;
  }

  #whole(socket, data) {
    const frame = parsed(data);
    const parts = frame === undefined ? undefined : this.#protocol.parts(frame);
    const { topic, event, payload } = parts ?? {};
    if (typeof topic !== 'string' || typeof event !== 'string' || payload === undefined) {
      this.malformed += 1;
    } else if (event === 'broadcast') {
      this.#broadcast(this.#routesOf(topic, frame), payload);
    } else if (event === 'postgres_changes') {
      this.#change(this.#routesOf(topic, frame), payload, undefined, data);
    } else {
      this.#control(socket, frame);
    }
  }

  /** Nobody wants what is of an earlier join. */
  #routesOf(topic, frame) {
    const routes = this.#table.topic(topic);
    return routes && !this.#protocol.isStale(frame, routes) ? routes : undefined;
  }

  /** Who got it; `undefined` if nobody did. */
  #broadcast(routes, payload) {
    if (!isObject(payload)) {
      this.malformed += 1;
      return undefined;
    }
    // One without a name is for those who want all.
    if (typeof payload.event !== 'string') payload.event = '';
    return this.#deliver(routes, routes && broadcastAudience(routes, payload.event), payload);
  }

  /** @param {[string, boolean][] | undefined} exact what `exactColumns` says of its columns, if that is known */
  #change(routes, payload, exact, data) {
    if (!isObject(payload) || !Array.isArray(payload.ids) || !isObject(payload.data)) {
      this.malformed += 1;
      return;
    }
    const audience = routes && changeAudience(routes, payload.ids);
    if (audience?.slots.length) {
      exactNumbers(payload.data, exact ?? exactColumns(payload.data.columns), data, this.#dataIn);
    }
    this.#deliver(undefined, audience, payload.data);
  }

  #dataIn = (frame) => this.#protocol.parts(frame).payload.data;

  binary(socket, buffer) {
    const bytes = new Uint8Array(buffer);
    const fieldsStart = this.#protocol === V1 ? 0 : fieldsOf(bytes);
    if (fieldsStart > 0) {
      this.#binaryBroadcast(buffer, bytes, fieldsStart);
      return;
    }
    const reply = this.#protocol === V1 ? undefined : replyIn(buffer);
    if (reply === undefined) this.malformed += 1;
    else this.#control(socket, reply);
  }

  #binaryBroadcast(buffer, bytes, topicStart) {
    const isOwn = bytes[0] === BROADCAST;
    const isJson = isOwn && bytes[4] === 1;
    const lengthsAt = bytes[0] === PUSH ? 2 : 1;
    const eventStart = topicStart + bytes[lengthsAt];
    const metaStart = eventStart + bytes[lengthsAt + 1];
    const payloadStart = isOwn ? metaStart + bytes[3] : metaStart;
    if (payloadStart > bytes.length) {
      this.malformed += 1;
      return;
    }
    // In ASCII a byte is a character: one decoding is enough for all, and each costs as much as all else.
    const all = isJson && isAscii(bytes, payloadStart) ? decoded(buffer) : undefined;
    const isWhole = all !== undefined;
    const topic = isWhole ? all.slice(topicStart, eventStart) : decoded(buffer, topicStart, eventStart);
    const event = isWhole ? all.slice(eventStart, metaStart) : decoded(buffer, eventStart, metaStart);
    if (topic === undefined || event === undefined) {
      this.malformed += 1;
      return;
    }
    const routes = this.#table.topic(topic);
    const audience = routes && this.#table.present(broadcastAudience(routes, event));
    if (!audience?.slots.length) {
      this.unrouted += 1;
      return;
    }
    // A string of its own: a part of a text would keep all of the text alive.
    if (routes.name !== event) routes.name = isWhole ? decoded(buffer, eventStart, metaStart) : event;
    const message = binaryMessage(routes.name, undefined);
    if (isJson) {
      const text = isWhole ? all.slice(payloadStart) : decoded(buffer, payloadStart);
      if (audience.field !== undefined && text !== undefined && metaStart === payloadStart) {
        const key = keyIn(text, 0, text.length, audience.field);
        if (key !== undefined) {
          const late = new Unparsed(text, 0, text.length, this.#parseBinary, routes.name);
          for (const held of audience.held) held.put(key, late);
          return;
        }
      }
      message.payload = text === undefined ? undefined : parsed(text);
    } else message.payload = buffer.slice(payloadStart);
    let isRight = message.payload !== undefined;
    if (metaStart < payloadStart) {
      const text = isWhole ? all.slice(metaStart, payloadStart) : decoded(buffer, metaStart, payloadStart);
      message.meta = text === undefined ? undefined : parsed(text);
      isRight &&= message.meta !== undefined;
    }
    if (isRight) this.#deliver(routes, audience, message);
    else this.malformed += 1;
  }

  /** To whom it was delivered, if to anybody. */
  #deliver(routes, audience, message) {
    if (!audience?.slots.length) {
      this.unrouted += 1;
    } else if (routes?.seen && isDuplicate(routes.seen, message)) {
      this.duplicates += 1;
    } else {
      this.#give(audience, message);
      return audience;
    }
    return undefined;
  }

  #give(audience, message) {
    for (const held of this.#table.present(audience).held) held.take(message);
  }
}
