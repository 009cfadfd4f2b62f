/** How data frames are read, and handed to those who want them. */

import { exactColumns, exactNumbers } from './exact.js';
import {
  BROADCAST,
  binaryMessage,
  decoded,
  fieldsOf,
  isAscii,
  isObject,
  PUSH,
  parsed,
  replyIn,
  V1,
} from './frames.js';
import { ends, namedBroadcast } from './heads.js';
import { broadcastAudience, changeAudience, isDuplicate, keyIn, Unparsed } from './table.js';

/**
 * What stands before the payload in a text frame of the server's (its head) is the same for all messages of a topic, so
 * the table knows it by its text: behind a known head only the payload is parsed. Where the name of a topic's broadcasts
 * is the same again and again, what stands around their innermost payload is known too, and only that is parsed. Any other
 * frame is parsed whole, which alone decides what a frame is, and costs little more: there is nothing to be remembered,
 * and so nothing to be forgotten, however many names take turns and however often the table changes. Where all who get
 * a broadcast want the latest by a key, not even the payload is parsed before it is handed over.
 */
export class Reader {
  malformed = 0;
  unrouted = 0;
  duplicates = 0;
  #protocol;
  #control;
  #table;
  #forwarder;

  /** Of frames of a protocol, by a table; `control` takes those that are for the core. */
  constructor(protocol, control, table, forwarder) {
    this.#protocol = protocol;
    this.#control = control;
    this.#table = table;
    this.#forwarder = forwarder;
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
