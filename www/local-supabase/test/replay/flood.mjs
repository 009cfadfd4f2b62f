import { setTimeout as sleep } from 'node:timers/promises';

const messagesPerBurst = 200;
const burstEveryMs = 100;
const longestBursts = 60;

/** 200 messages per 100 ms, as the scenario's steps say, until the server has had enough. */
export async function flood(connection, isEnough) {
  for (let burst = 0; burst < longestBursts && !isEnough(); burst += 1) {
    for (let index = 0; index < messagesPerBurst; index += 1) {
      await connection.sendText(
        `["1",null,"realtime:flood","broadcast",{"type":"broadcast","event":"f","payload":{"k":${burst},"i":${index}}}]`,
      );
    }
    await sleep(burstEveryMs);
  }
}

/** The number of a flooding message among those of its flood, whatever the server made of it otherwise. */
function numberOf({ text }) {
  const match = /^\[null,null,"realtime:flood","broadcast",(\{.*"event":"f".*\})\]$/.exec(text);
  if (match === null) return null;
  const { i, k } = JSON.parse(match[1]).payload;
  return k * messagesPerBurst + i;
}

/** What a client is told that floods a channel it has been thrown out of. The recording left it out. */
const notJoined =
  '[null,null,"realtime:flood","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]';

/** The recording has the first frames of a flood alone. Of the others it is known that they come one after another. */
export function withoutFlood(expected, arrived) {
  const recorded = expected.filter((answer) => numberOf(answer) !== null).length;
  let next = 0;
  let isInOrder = true;
  const rest = arrived.filter((answer) => {
    const number = numberOf(answer);
    if (number === null) return answer.text !== notJoined;
    isInOrder &&= number === next;
    next += 1;
    return next <= recorded;
  });
  return { arrived: rest, isInOrder };
}
