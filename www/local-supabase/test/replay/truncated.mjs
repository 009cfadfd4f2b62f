// Frames above 20 kB are cut off in a recording. All of them carry one long text of the letter x, so the rest is
// known: more of it, and what closes the JSON that is open.

/** `length` counts what the recording counts: characters, or bytes of a binary frame. */
export function rebuild(start, length) {
  const head = start.replace(/…$/, '').replace(/x*$/, '');
  const tail = `"${closing(head)}`;
  return `${head}${'x'.repeat(length - head.length - tail.length)}${tail}`;
}

/** A binary frame is recorded as base64, cut off and counted as such. */
export function rebuildBinary(base64, base64Length) {
  const start = Buffer.from(base64.replace(/…$/, ''), 'base64').toString('latin1');
  const head = start.replace(/x*$/, '');
  const jsonStart = head.indexOf('{');
  const tail = `"${closing(head.slice(jsonStart))}`;
  // Padding hides how many bytes the last group of four characters stands for: the letters are a round number.
  const most = (base64Length / 4) * 3;
  const letters = Math.floor((most - head.length - tail.length) / 100_000) * 100_000;
  return Buffer.from(`${head}${'x'.repeat(letters)}${tail}`, 'latin1');
}

/** A broadcast of the server has one more key behind the payload; nothing that a client sent has. */
function closing(head) {
  const open = [];
  let isText = false;
  for (const character of head) {
    if (character === '"') isText = !isText;
    else if (isText) continue;
    else if (character === '[' || character === '{') open.push(character);
    else if (character === ']' || character === '}') open.pop();
  }
  const closers = open.reverse().map((character) => (character === '[' ? ']' : '}'));
  const isServerBroadcast = head.startsWith('[null,null,') && head.includes('"broadcast",{"event"');
  if (!isServerBroadcast) return closers.join('');
  return `${closers[0]},"type":"broadcast"${closers.slice(1).join('')}`;
}
