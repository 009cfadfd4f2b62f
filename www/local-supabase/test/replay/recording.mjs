import { readdirSync, readFileSync } from 'node:fs';
import {
  binaryAnswer,
  closeAnswer,
  httpAnswer,
  openAnswer,
  pongAnswer,
  rejectedAnswer,
  textAnswer,
} from './answers.mjs';
import { rebuild, rebuildBinary } from './truncated.mjs';

const folder = new URL('../../../../tests/fixtures/', import.meta.url);

export function recordingNames() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort();
}

/**
 * A recording as a timeline of actions of the client and answers of the server, in the order they were recorded.
 * An action knows the step it belongs to; both know their time `at` and, where they have one, their `lane`.
 */
export function loadRecording(name) {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trimEnd()
    .split('\n');
  const entries = lines.map((line) => JSON.parse(line));
  const scenario = JSON.parse(entries.find(({ event }) => event === 'scenario').data);
  const state = { step: '', privateOnly: false, floods: hasFlood(entries), isFlooding: false };
  const timeline = [];
  for (const entry of entries) {
    const item = read(entry, state);
    if (item === null) continue;
    const lane = entry.conn === undefined ? 'http' : `socket ${entry.conn}`;
    place(timeline, { at: entry.t_ms, lane, connection: entry.conn, step: state.step, ...item });
  }
  return { name, steps: scenario.steps, startedMs: Date.parse(scenario.started), timeline };
}

function read(entry, state) {
  if (entry.dir === 'meta') return readMeta(entry, state);
  const item = entry.dir === 'client' ? readClient(entry) : readServer(entry);
  return item.do === 'send' && state.floods ? readFlood(item, state) : item;
}

function readMeta({ event, data }, state) {
  switch (event) {
    case 'step':
      state.step = data;
      return readStep(data);
    case 'ws-open-request':
      return { type: 'action', do: 'open', path: JSON.parse(data).client_path };
    case 'ws-101':
      return { type: 'answer', ...openAnswer() };
    case 'sql': {
      const { q, params = [] } = JSON.parse(data);
      return { type: 'action', do: 'sql', sql: q, params };
    }
    case 'admin':
      return readAdmin(JSON.parse(JSON.parse(data).body).data, state);
    default:
      return null;
  }
}

function readStep(step) {
  switch (step) {
    case 'kill -TERM':
      return { type: 'action', do: 'restart' };
    case 'start server':
      return { type: 'action', do: 'awaitServer' };
    case 'suspend':
    case 'unsuspend':
      return { type: 'action', do: 'settings', settings: { suspended: step === 'suspend' } };
    default:
      return null;
  }
}

/** The answer of the administration tells the tenant's state; what changed it is what the answer is to. */
function readAdmin(tenant, state) {
  if (tenant.private_only === state.privateOnly) return null;
  state.privateOnly = tenant.private_only;
  const settings = { privateOnly: tenant.private_only };
  return { type: 'action', do: 'settings', settings, isAnswered: true };
}

function readClient(entry) {
  const { type, data, truncated, data_length: length } = entry;
  switch (type) {
    case 'text':
      return { type: 'action', do: 'send', text: truncated ? rebuild(data, length) : data };
    case 'binary':
      return {
        type: 'action',
        do: 'send',
        bytes: truncated ? rebuildBinary(data, length) : Buffer.from(data, 'base64'),
      };
    case 'ping':
      return { type: 'action', do: 'ping', bytes: Buffer.from(data, 'base64') };
    case 'close':
      return { type: 'action', do: 'close', ...entry.close };
    case 'http':
      return { type: 'action', do: 'http', method: entry.method, path: entry.path, ...readRequest(entry) };
    default:
      throw new Error(`The recording has a client's "${type}", which is not known`);
  }
}

function readRequest({ headers, data, data_base64: isBase64 }) {
  if (isBase64) return { headers, bytes: Buffer.from(data, 'base64') };
  const length = Number(headers['content-length'] ?? 0);
  return { headers, text: Buffer.byteLength(data) < length ? rebuild(data, length) : data };
}

function readServer(entry) {
  const { type, event, data, truncated, data_length: length, status, headers, close } = entry;
  const contentType = headers?.['content-type'];
  if (event === 'http-rejected-handshake') return answer(rejectedAnswer(status, contentType, data));
  switch (type) {
    case 'text':
      return answer(textAnswer(truncated ? rebuild(data, length) : data));
    case 'binary':
      return answer(binaryAnswer(Buffer.from(data, 'base64')));
    case 'pong':
      return answer(pongAnswer(data));
    case 'close':
      return answer(closeAnswer(close.code, close.reason));
    case 'http':
      return answer(httpAnswer(status, contentType, data));
    default:
      throw new Error(`The recording has a server's "${type}", which is not known`);
  }
}

const answer = (fields) => ({ type: 'answer', ...fields });

const hasFlood = (entries) => entries.some(({ event }) => event === 'flood-frames-not-recorded');

/** A flood is recorded by its first frames alone; in their place comes the whole of it. */
function readFlood(item, state) {
  if (!item.text.includes('"event":"f"')) return item;
  if (state.isFlooding) return null;
  state.isFlooding = true;
  return { type: 'action', do: 'flood' };
}

/** What the server did before it answered the administration was recorded before that answer: cause before effect. */
function place(timeline, item) {
  let index = timeline.length;
  while (item.isAnswered && isDisconnection(timeline[index - 1])) index -= 1;
  const at = item.isAnswered ? (timeline[index]?.at ?? item.at) : item.at;
  timeline.splice(index, 0, { ...item, at });
}

function isDisconnection(item) {
  return (
    item?.type === 'answer' && (item.kind === 'close' || item.text.includes('Server requested disconnect'))
  );
}
