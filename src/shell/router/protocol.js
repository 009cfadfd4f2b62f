/**
 * The two protocols' text frames: how to take one apart, and how the server writes what surrounds a payload. Their
 * twin in Rust is `Inbound::decode` in `src/core/realtime/frame.rs`.
 */

/** Objects. */
export const V1 = {
  /** `undefined` if it is no frame of this protocol; a part that is not there is `undefined` too. */
  parts(frame) {
    return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? frame : undefined;
  },
  /** All before the payload. */
  address({ ref, event, topic }) {
    return `{"ref":${JSON.stringify(ref)},"event":${JSON.stringify(event)},"topic":${JSON.stringify(topic)},"payload":`;
  },
  /** Where what the user is given begins in a data frame that the server wrote: behind the frame's and the payload's brace. */
  payloadStart(data) {
    return braceAfter(data, braceAfter(data, data.indexOf('{')));
  },
  broadcastEnd: ',"type":"broadcast"}}',
  changeEnd: '}}',
};

/** Arrays; longer ones than necessary are fine. */
export const V2 = {
  parts(frame) {
    if (!Array.isArray(frame) || frame.length < 5) return undefined;
    return { topic: frame[2], event: frame[3], payload: frame[4] };
  },
  address(frame) {
    return `${JSON.stringify(frame.slice(0, 4)).slice(0, -1)},`;
  },
  payloadStart(data) {
    return braceAfter(data, data.indexOf('{'));
  },
  broadcastEnd: ',"type":"broadcast"}]',
  changeEnd: '}]',
};

function braceAfter(data, at) {
  return data.indexOf('{', at + 1);
}
