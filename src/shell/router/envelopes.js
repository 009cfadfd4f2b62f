/**
 * What surrounds payloads, remembered. So that nothing grows without bound, each memory holds so many at most: a sender
 * may make up as many names as it likes.
 */
import { exactNumbers } from './exact.js';
import { parsed } from './frames.js';

export { exactNumbers };

/** What follows on the data of a change, as the server writes it. */
const CHANGE_END = ',"ids":[';
const MOST_ENVELOPES = 1000;
const OPEN_BRACE = 123;

/** @template Key, Envelope @param {Map<Key, Envelope>} envelopes @param {Key} key @param {Envelope} envelope */
export function remember(envelopes, key, envelope) {
  if (envelopes.size >= MOST_ENVELOPES && !envelopes.has(key)) envelopes.clear();
  envelopes.set(key, envelope);
}

/** The texts up to the payload of those that were known to be right. */
export class TextEnvelopes {
  #byText = new Map();
  /** The one that came twice in a row, if the last two were the same: comparing is faster than looking up. */
  #usual;
  #last;

  /**
   * The envelope that `data` begins with.
   * @param {(data: string) => number} payloadStart where the payload would begin
   */
  find(data, payloadStart) {
    const usual = this.#usual;
    if (
      usual !== undefined &&
      data.charCodeAt(usual.text.length) === OPEN_BRACE &&
      data.slice(0, usual.text.length) === usual.text
    ) {
      return usual;
    }
    const start = payloadStart(data);
    const known = start > 0 ? this.#byText.get(data.slice(0, start)) : undefined;
    this.#usual = known === this.#last ? known : undefined;
    this.#last = known;
    return known;
  }

  get(text) {
    return this.#byText.get(text);
  }

  set(envelope) {
    remember(this.#byText, envelope.text, envelope);
  }

  clear() {
    this.#byText.clear();
    this.#usual = undefined;
    this.#last = undefined;
  }
}

/** A change's, as text. */
export class ChangeEnvelope {
  /** Whose a change is, by what follows on it. */
  #byEnd = new Map();

  constructor(text) {
    this.text = text;
  }

  /** Whether the frame was no more than a change in this envelope, and has been delivered. */
  deliver(data) {
    const end = data.lastIndexOf(CHANGE_END);
    const start = this.text.length;
    const all = end > start ? this.#byEnd.get(data.slice(end)) : undefined;
    const text = all && data.slice(start, end);
    const change = all && parsed(text);
    if (change === undefined) return false;
    exactNumbers(change, text, (written) => written);
    for (const held of all) held.take(change);
    return true;
  }

  set(end, all) {
    remember(this.#byEnd, end, all);
  }
}

/** A broadcast's, as text or bytes: its name and whose it is. */
export class Envelope {
  constructor(event, all) {
    this.event = event;
    this.all = all;
    const [first, ...others] = all;
    const field = first?.field;
    /** Where the key is, if all want the latest by the same. */
    this.field = others.every((held) => held.field?.name === field?.name) ? field : undefined;
  }
}

/** A broadcast's, as text. */
export class BroadcastEnvelope extends Envelope {
  constructor(text, event, all) {
    super(event, all);
    this.text = text;
  }
}

/** A binary broadcast's. */
export class BinaryEnvelope extends Envelope {
  #bytes;

  /** @param {Uint8Array} bytes up to the metadata @param {Set<string> | undefined} seen the ids delivered */
  constructor(bytes, event, all, seen) {
    super(event, all);
    this.#bytes = bytes;
    this.seen = seen;
  }

  /** Whether a frame begins with the same lengths, topic and event. */
  fits(bytes) {
    const own = this.#bytes;
    if (own[1] !== bytes[1] || own[2] !== bytes[2]) return false;
    for (let at = 5; at < own.length; at += 1) if (own[at] !== bytes[at]) return false;
    return true;
  }
}
