/** What the real server waits before it refuses, and the setting that says how long this one does. */
const kinds = [
  { setting: 'refusedJoinDelayMs', hostedMs: 5_000, isRefusal: isRefusedJoin },
  { setting: 'refusedHandshakeDelayMs', hostedMs: 2_000, isRefusal: ({ kind }) => kind === 'rejected' },
];

/** Timers may be a little early; half a delay less would be one refusal less. */
const tolerance = 0.8;

/**
 * Says of each answer when it may come first: a refused join holds up its socket, several queue, and what is
 * recorded behind a refusal comes behind it. Called after the replay, when the actions' own times are known.
 */
export function markRefusals(timeline, settings) {
  let notBefore = 0;
  for (const item of timeline) {
    // By the next action everything has come, or never will.
    if (item.type === 'action') {
      notBefore = 0;
      continue;
    }
    const kind = kinds.find(({ isRefusal }) => isRefusal(item));
    const cause = kind === undefined ? undefined : causeOf(timeline, item);
    if (cause !== undefined) {
      const refusals = Math.floor((item.at - cause.at + 200) / kind.hostedMs);
      if (refusals > 0) {
        notBefore = Math.max(notBefore, cause.performedAt + tolerance * refusals * settings[kind.setting]);
      }
    }
    item.notBefore = notBefore;
  }
}

function isRefusedJoin({ event, text }) {
  return event === 'phx_reply' && text.includes('"status":"error"');
}

function causeOf(timeline, answer) {
  return timeline.find((item) => {
    if (item.type !== 'action' || item.lane !== answer.lane) return false;
    if (answer.kind === 'rejected') return item.do === 'open';
    return item.do === 'send' && item.text?.includes(`"${answer.ref}","${answer.topic}","phx_join"`);
  });
}
