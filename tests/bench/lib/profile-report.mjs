/**
 * What `Profiler.stop` of the Chrome DevTools Protocol answers, as far as it is needed here.
 * @typedef {object} Profile
 * @property {ProfileNode[]} nodes
 * @property {number[]} [samples] the node that was running, at each look
 * @property {number[]} [timeDeltas] microseconds from the look before
 */

/** @typedef {{ id: number, callFrame: CallFrame }} ProfileNode */
/** @typedef {{ functionName: string, url: string, lineNumber: number, columnNumber: number }} CallFrame */

/** The compiler tells functions of one name apart by this, which no reader needs. */
const hash = /::h[0-9a-f]{16}\b|\[[0-9a-f]{6,16}\]/g;

/**
 * A Rust function's name as one would say it: without the hashes, and without the shims that only pass values on.
 * @param {string} name
 */
export function readableName(name) {
  return name.replace(hash, '').replace(/ (externref|multivalue) shim\b/g, '');
}

/**
 * @template {Profile} T
 * @param {T} profile
 * @returns {T}
 */
export function withReadableNames(profile) {
  return {
    ...profile,
    nodes: profile.nodes.map((node) => ({
      ...node,
      callFrame: { ...node.callFrame, functionName: readableName(node.callFrame.functionName) },
    })),
  };
}

/**
 * The functions in which most of the time was spent, not counting what they called.
 * @param {Profile} profile
 * @param {number} count
 * @returns {{ share: string, ms: string, function: string, where: string }[]}
 */
export function hottest({ nodes, samples = [], timeDeltas = [] }, count) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  /** @type {Map<string, { name: string, where: string, time: number }>} */
  const functions = new Map();
  let whole = 0;
  samples.forEach((id, place) => {
    const frame = frames.get(id);
    // A look says what runs until the next one.
    const time = Math.max(0, timeDeltas[place + 1] ?? 0);
    if (!frame || isWaiting(frame)) return;
    const name = frame.functionName || '(anonymous)';
    const where = placeOf(frame);
    const key = `${name} ${where}`;
    const known = functions.get(key) ?? { name, where, time: 0 };
    functions.set(key, { ...known, time: known.time + time });
    whole += time;
  });
  return [...functions.values()]
    .sort((one, other) => other.time - one.time)
    .slice(0, count)
    .map(({ name, where, time }) => ({
      share: `${((time / whole) * 100).toFixed(1)} %`,
      ms: (time / 1_000).toFixed(0),
      function: name,
      where,
    }));
}

/** @param {CallFrame} frame */
function isWaiting({ functionName }) {
  return functionName === '(idle)' || functionName === '(root)';
}

/** @param {CallFrame} frame */
function placeOf({ url, functionName, lineNumber }) {
  if (url.startsWith('wasm:') || url.endsWith('.wasm')) return 'Rust';
  if (url === '') return functionName.startsWith('(') ? '' : 'browser';
  return `${url.replace(/^.*\//, '')}:${lineNumber + 1}`;
}
