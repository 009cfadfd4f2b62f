/**
 * Executes the routing table that the core writes: data frames go from the socket to their callbacks without
 * entering wasm, control frames go to the core. Its twin in Rust is `src/core/realtime/routes.rs`; a differential
 * test holds the two to each other, so a change here is a change there.
 */
const HEADER_LIMIT = 770;

export class Router {
  frames = 0;
  bytes = 0;
  malformed = 0;
  unrouted = 0;
  #control;
  #scan;
  #topics = new Map();
  #slots = new Map();
  #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /**
   * @param {(socket: number, frame: unknown[]) => void} control takes a control frame
   * @param {(header: Uint8Array) => Uint32Array | undefined} scan finds in a binary broadcast
   *   `[is JSON, event's start, metadata's start, payload's start, ...slots]`
   */
  constructor(control, scan) {
    this.#control = control;
    this.#scan = scan;
  }

  setSlot(slot, callback) {
    this.#slots.set(slot, callback);
  }

  dropSlot(slot) {
    this.#slots.delete(slot);
  }

  /** `events` is `[name, slots, …]`, `changes` is `[id, slots, …]`. */
  setRoutes(topic, any, events, changes) {
    const pairs = (list) => new Map(list.flatMap((key, at) => (at % 2 === 0 ? [[key, list[at + 1]]] : [])));
    this.#topics.set(topic, { any, events: pairs(events), changes: pairs(changes) });
  }

  dropRoutes(topic) {
    this.#topics.delete(topic);
  }

  /** The listener of a socket's `message` events. */
  receiver(socket) {
    return ({ data }) => {
      this.frames += 1;
      if (typeof data === 'string') {
        this.bytes += data.length;
        this.text(socket, data);
      } else {
        this.bytes += data.byteLength;
        this.binary(data);
      }
    };
  }

  text(socket, data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      this.malformed += 1;
      return;
    }
    if (!Array.isArray(frame) || frame.length < 5) {
      this.malformed += 1;
      return;
    }
    const topic = frame[2];
    const event = frame[3];
    const payload = frame[4];
    if (typeof topic !== 'string' || typeof event !== 'string') {
      this.malformed += 1;
    } else if (event === 'broadcast') {
      if (!isObject(payload) || typeof payload.event !== 'string') {
        this.malformed += 1;
        return;
      }
      const routes = this.#topics.get(topic);
      this.#deliver(routes && (routes.events.get(payload.event) ?? routes.any), payload);
    } else if (event === 'postgres_changes') {
      if (!isObject(payload) || !Array.isArray(payload.ids) || !isObject(payload.data)) {
        this.malformed += 1;
        return;
      }
      this.#deliver(this.#changeSlots(topic, payload.ids), payload.data);
    } else {
      this.#control(socket, frame);
    }
  }

  #changeSlots(topic, ids) {
    const changes = this.#topics.get(topic)?.changes;
    if (!changes) return undefined;
    if (ids.length === 1) return changes.get(ids[0]);
    // A row that several bindings of one callback match is one change to it.
    return [...new Set(ids.flatMap((id) => changes.get(id) ?? []))];
  }

  binary(buffer) {
    const bytes = new Uint8Array(buffer);
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
    const message = { type: 'broadcast', event: this.#decoder.decode(bytes.subarray(eventStart, metaStart)) };
    try {
      message.payload = isJson
        ? JSON.parse(this.#decoder.decode(bytes.subarray(payloadStart)))
        : buffer.slice(payloadStart);
      if (metaStart < payloadStart) {
        message.meta = JSON.parse(this.#decoder.decode(bytes.subarray(metaStart, payloadStart)));
      }
    } catch {
      this.malformed += 1;
      return;
    }
    this.#deliver(slots, message);
  }

  #deliver(slots, message) {
    if (!slots?.length) {
      this.unrouted += 1;
      return;
    }
    for (const slot of slots) {
      try {
        this.#slots.get(slot)?.(message);
      } catch (error) {
        // A callback's failure is its owner's: the page's error handlers see it, other callbacks still run.
        reportError(error);
      }
    }
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
