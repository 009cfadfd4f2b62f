/**
 * What surrounds payloads, remembered. So that nothing grows without bound, each memory holds so many at most: a sender
 * may make up as many names as it likes.
 */
const MOST_ENVELOPES = 1000;

/** @template Key, Envelope @param {Map<Key, Envelope>} envelopes @param {Key} key @param {Envelope} envelope */
export function remember(envelopes, key, envelope) {
  if (envelopes.size >= MOST_ENVELOPES && !envelopes.has(key)) envelopes.clear();
  envelopes.set(key, envelope);
}

/** A broadcast's, as text or bytes: its name and whose it is. */
export class Envelope {
  constructor(event, all) {
    this.event = event;
    this.all = all;
    const [first, ...others] = all;
    const name = first?.name;
    /** The field that is the key, if all want the latest by the same. */
    this.key = others.every((held) => held.name === name) ? name : undefined;
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
