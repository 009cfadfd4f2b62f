// Everything that the real server leaves open, and that therefore is no difference. Nothing else is forgiven.

import { closeAnswer } from './answers.mjs';

/** Frames that a channel's own process sends when it is ready, or when the database is. */
const ofChannelProcess = new Set([
  'system',
  'presence_state',
  'postgres_changes',
  'INSERT',
  'UPDATE',
  'DELETE',
]);

/** Whether two answers on one socket may come the other way round. */
export function haveNoOrder(one, other) {
  return areOfTwoChannels(one, other) || areReplyAndOwnDiff(one, other) || areReplyAndOwnDiff(other, one);
}

/**
 * Each channel is a process. What it sends by itself, after the reply to its join, comes when that process gets to
 * it: a subscription is confirmed 3 to 30 ms later, changes are handed from the poller to one channel after the
 * other. Replies and broadcasts of different channels stay in order, as the socket handles what causes them in order.
 */
function areOfTwoChannels(one, other) {
  if (one.topic === null || other.topic === null || one.topic === other.topic) return false;
  return ofChannelProcess.has(one.event) || ofChannelProcess.has(other.event);
}

/** The presence of a channel is tracked by another process, so the diff and the reply run a race; both are recorded. */
function areReplyAndOwnDiff(reply, diff) {
  return (
    reply.event === 'phx_reply' &&
    diff.event === 'presence_diff' &&
    reply.topic === diff.topic &&
    /"status":"ok","response":\{\}/.test(reply.text)
  );
}

const largestFrame = 5_000_000;

/** Marks the answers of a recording that may be missing, or another. */
export function markFreedoms(timeline) {
  const lastSent = new Map();
  for (const item of timeline) {
    if (item.type === 'action') lastSent.set(item.lane, item.bytes ?? item.text ?? '');
    // Whether a channel notices that the server is shutting down before its socket does is chance.
    else if (item.text.endsWith('"phx_error",{"reason":"channel_crash"}]')) item.isOptional = true;
    // The server closes with 1009 while the client still sends: the close frame may be lost in the reset.
    else if (item.kind === 'close' && (lastSent.get(item.lane)?.length ?? 0) > largestFrame) {
      item.alternatives = [1006, 1009].map((code) => closeAnswer(code, '').text);
    }
  }
}
