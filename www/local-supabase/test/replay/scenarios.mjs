// What a scenario needs that is not in its recording: settings of the backend, and rows from before it began.

/** Scenarios of a group run on one backend. */
const groups = {
  /** Delays as short as they can be while their order still has an effect, and the limits as they are by default. */
  usual: {
    refusedJoinDelayMs: 60,
    refusedHandshakeDelayMs: 60,
    subscriptionDelayMs: [3, 6],
    resubscriptionDelayMs: [20, 40],
  },
  /** What happens during a delay needs delays that a busy machine does not outlast. */
  slow: {
    coldSubscriptionDelayMs: [300, 350],
    refusedJoinDelayMs: 400,
  },
  /** Too short for anything but the scenario that waits for it. */
  idle: { idleTimeoutMs: 600 },
  /** The recordings were made with the limits of a free project. Nothing else would be let through at this speed. */
  limited: { refusedJoinDelayMs: 60, maxMessagesPerSecond: 100 },
};

const groupOf = {
  // The first subscription of a backend is the cold one, so this scenario has to be the first of its group.
  cold_tenant_gap_v2: 'slow',
  idle_timeout: 'idle',
  join_error_blocks_socket_v2: 'slow',
  // A server that has been flooded refuses everything for a minute: that scenario is the last of its group.
  rest_broadcast: 'limited',
  rate_limit_messages: 'limited',
};

const sendBefore = (topic, index) => `select realtime.send('{"i":${index}}'::jsonb, 'ev', '${topic}', true)`;

/** One transaction each, as messages are told apart by their times. */
const before = {
  replay_errors: Array.from({ length: 30 }, (_, index) => sendBefore('room:re-1795418890606', index)),
};

export const groupNames = Object.keys(groups);

export const groupNameOf = (name) => groupOf[name] ?? 'usual';

export const settingsOf = (group) => groups[group];

export const statementsBefore = (name) => before[name] ?? [];

/** The order in which scenarios can share backends. */
export function inOrder(names) {
  const isLast = (name) => (name === 'rate_limit_messages' ? 1 : 0);
  return [...names].sort(
    (one, other) =>
      groupNames.indexOf(groupNameOf(one)) - groupNames.indexOf(groupNameOf(other)) ||
      isLast(one) - isLast(other) ||
      one.localeCompare(other),
  );
}
