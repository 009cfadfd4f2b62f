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
  broadcastOf,
  decoded,
  echoOf,
  fieldsOf,
  isAscii,
  isObject,
  PUSH,
  parsed,
  replyIn,
  show,
  sizeOf,
  V1,
  V2,
} from './router/frames.js';
import { ends, namedBroadcast } from './router/heads.js';
import {
  broadcastAudience,
  changeAudience,
  Handover,
  isDuplicate,
  keyIn,
  Received,
  Table,
  Unparsed,
} from './router/table.js';

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
  /** What came by way of another tab, which is counted in no other frames and bytes. */
  taken = 0;
  takenBytes = 0;
  #protocol;
  #control;
  #tap;
  #shared;
  #table;
  #forwarder;
  #received = new Received();

  /**
   * @param {1 | 2} version of the protocol whose frames are read
   * @param {(socket: number, frame: unknown) => void} control takes a control frame
   * @param {(slot: number, count: number) => void} overflow is told, before a slot is handed what it waits for, how
   *   many of its messages were dropped because it was too much
   * @param {ReturnType<typeof import('./router/forward.js').forwarding>} [forwarding] where frames go to other tabs too
   */
  constructor(version, control, overflow, forwarding) {
    this.#protocol = version === 1 ? V1 : V2;
    this.#control = control;
    this.#table = new Table(this.#protocol);
    const dropped = (slot, count) => {
      this.dropped += count;
      overflow(slot, count);
    };
    this.#shared = { handover: new Handover(), dropped };
    this.#forwarder = forwarding?.(this.#shared.handover);
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

  /** A topic's data frames go to these tabs too, whether or not it has routes; if to none, what waits to go is dropped. */
  setForward(topic, tabs) {
    const former = this.#table.topic(topic)?.forward;
    this.#table.setForward(topic, this.#forwarder?.to(topic, tabs, former));
  }

  /**
   * Takes data frames that the router of another tab has forwarded, and routes them as if they came from a socket.
   * @param {(string | ArrayBuffer)[]} frames
   * @param {(string | number)[]} dropped `[topic, count, …]` of those before them that were too much for that tab
   */
  take(frames, dropped) {
    this.#shared.handover.frameCame();
    for (let at = 0; at < dropped.length; at += 2) {
      const slots = this.#table.topic(dropped[at])?.slots ?? [];
      for (const slot of slots) this.#shared.dropped(slot, dropped[at + 1]);
    }
    for (const data of frames) {
      this.taken += 1;
      this.takenBytes += sizeOf(data);
      if (this.#tap) show(this.#tap, 'in', data);
      if (typeof data === 'string') this.text(undefined, data);
      else this.binary(undefined, data);
    }
  }

  /** What waits to go to other tabs goes now. */
  flush() {
    this.#forwarder?.flush();
  }

  /** Delivers a broadcast of another tab's, which the server does not send back to the socket that they share. */
  echo(topic, event, payload, isBytes) {
    const data = isBytes ? broadcastOf(topic, event, payload) : echoOf(this.#protocol, topic, event, payload);
    if (typeof data === 'string') this.text(undefined, data);
    else this.binary(undefined, data);
  }

  /** What was received, and what became of it, as a part of the client's counters. */
  counts() {
    const { frames, bytes, malformed, unrouted, duplicates } = this;
    return { frames, bytes, malformed, unrouted, duplicates };
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
    const received = this.#received.of(socket);
    return (event) => {
      const { data } = event;
      this.frames += 1;
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
    return this.#received.take(socket);
  }

  /** The socket is closed. */
  forget(socket) {
    this.#received.forget(socket);
  }

  /** @param {number | undefined} socket `undefined` if the frame came by way of another tab */
  text(socket, data) {
    const head = this.#table.head(data);
    if (head?.forward && this.#isForOthers(head.routes, socket, data)) return;
    const isDone =
      head !== undefined && (head.isChange ? this.#isChange(head, data) : this.#isBroadcast(head, data));
    if (!isDone) this.#whole(socket, data, head?.forward !== undefined);
  }

  /** Forwards a frame; whether nothing of its topic is for this tab. What another tab has forwarded goes no further. */
  #isForOthers(routes, socket, data) {
    if (socket !== undefined) this.#forwarder.put(routes.forward, data);
    return !routes.isLocal;
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
    const named = namedBroadcast(head, data, this.#protocol.broadcastEnd);
    if (named === undefined) return false;
    const { event, start, end } = named;
    const audience = this.#table.present(broadcastAudience(head.routes, event));
    const isKept = this.#isKept(head, data, audience, start, end);
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

  #whole(socket, data, isForwarded) {
    const frame = parsed(data);
    const parts = frame === undefined ? undefined : this.#protocol.parts(frame);
    const { topic, event, payload } = parts ?? {};
    if (typeof topic !== 'string' || typeof event !== 'string' || payload === undefined) {
      this.malformed += 1;
      return;
    }
    if (event !== 'broadcast' && event !== 'postgres_changes') {
      this.#controlFrame(socket, frame);
      return;
    }
    const routes = this.#table.topic(topic);
    // Nobody here wants what is of an earlier join.
    const isStale = routes !== undefined && this.#protocol.isStale(frame, routes);
    if (!isForwarded && routes?.forward && (this.#isForOthers(routes, socket, data) || isStale)) return;
    const current = isStale ? undefined : routes;
    if (event === 'broadcast') this.#broadcast(current, payload);
    else this.#change(current, payload, undefined, data);
  }

  /** Another tab forwards none. */
  #controlFrame(socket, frame) {
    if (socket === undefined) this.malformed += 1;
    else this.#control(socket, frame);
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
    if (!audience?.slots.length) {
      this.#unwanted(routes);
      return;
    }
    exactNumbers(payload.data, exact ?? exactColumns(payload.data.columns), data, this.#dataIn);
    this.#give(audience, payload.data);
  }

  #dataIn = (frame) => this.#protocol.parts(frame).payload.data;

  binary(socket, buffer) {
    const bytes = new Uint8Array(buffer);
    const fieldsStart = this.#protocol === V1 ? 0 : fieldsOf(bytes);
    if (fieldsStart > 0) {
      this.#binaryBroadcast(socket, buffer, bytes, fieldsStart);
      return;
    }
    const reply = this.#protocol === V1 ? undefined : replyIn(buffer);
    if (reply === undefined) this.malformed += 1;
    else this.#controlFrame(socket, reply);
  }

  #binaryBroadcast(socket, buffer, bytes, topicStart) {
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
    if (routes?.forward && this.#isForOthers(routes, socket, buffer)) return;
    const audience = routes && this.#table.present(broadcastAudience(routes, event));
    if (!audience?.slots.length) {
      this.#unwanted(routes);
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
      this.#unwanted(routes);
    } else if (routes.seen && isDuplicate(routes.seen, message)) {
      this.duplicates += 1;
    } else {
      this.#give(audience, message);
      return audience;
    }
    return undefined;
  }

  /** Nobody here wants a frame; nobody at all, if the topic's go to no other tab. */
  #unwanted(routes) {
    if (!routes?.forward) this.unrouted += 1;
  }

  #give(audience, message) {
    for (const held of this.#table.present(audience).held) held.take(message);
  }
}
