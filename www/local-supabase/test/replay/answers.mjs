// What a server said, in one form for what was recorded and for what arrives: `text` is compared, `key` says which
// answer of the recording an arrived one can be, `topic`, `event` and `ref` decide what may overtake what.

export function textAnswer(data) {
  const { topic, event, ref } = readMessage(data);
  return { kind: 'text', text: data, topic, event, ref, key: `${topic} ${event} ${ref}` };
}

const userBroadcastKind = 4;

/** A frame of kind 4 is spelled out, so that a difference can be read and ids in it are found. */
export function binaryAnswer(data) {
  const fields = data[0] === userBroadcastKind ? readUserBroadcast(data) : null;
  if (fields === null) {
    return {
      kind: 'binary',
      text: `binary ${data.toString('hex')}`,
      topic: null,
      event: null,
      key: 'binary',
    };
  }
  const { head, topic, event, metadata, payload } = fields;
  return {
    kind: 'binary',
    text: `binary ${head} ${topic} ${event} ${metadata} ${payload}`,
    topic,
    event: 'broadcast',
    ref: null,
    key: `${topic} binary broadcast ${event}`,
  };
}

export const openAnswer = () => connectionAnswer('open', 'handshake 101', 'handshake');

export const pongAnswer = (base64) => connectionAnswer('pong', `pong ${base64}`, 'pong');

export const closeAnswer = (code, reason) =>
  connectionAnswer('close', `close ${code} ${JSON.stringify(reason)}`, 'close');

export const rejectedAnswer = (status, type, body) =>
  connectionAnswer('rejected', `handshake ${status} ${type ?? 'without content-type'} ${body}`, 'handshake');

export const httpAnswer = (status, type, body) =>
  connectionAnswer('http', `HTTP ${status} ${type ?? 'without content-type'} ${body}`, 'http');

function connectionAnswer(kind, text, key) {
  return { kind, text, key, topic: null, event: null, ref: null };
}

function readMessage(data) {
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    return {};
  }
  if (!Array.isArray(value)) return value ?? {};
  const [, ref, topic, event] = value;
  return { topic, event, ref };
}

function readUserBroadcast(data) {
  const lengths = [...data.subarray(1, 4)];
  const isJson = data[4] === 1;
  let offset = 5;
  const fields = lengths.map((length) => {
    offset += length;
    return data.toString('utf8', offset - length, offset);
  });
  if (offset > data.length) return null;
  const [topic, event, metadata] = fields;
  const payload = data.subarray(offset);
  return {
    head: data.subarray(0, 5).toString('hex'),
    topic,
    event,
    metadata,
    payload: isJson ? payload.toString('utf8') : payload.toString('hex'),
  };
}
