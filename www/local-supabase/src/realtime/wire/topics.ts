/** What every channel's topic begins with on the wire. */
const prefix = 'realtime:';

/** A channel's name as it is on the wire. */
export function wireTopic(channel: string): string {
  return prefix + channel;
}

/** The channel that a topic of the wire names; `null` if it names none. */
export function channelOf(topic: unknown): string | null {
  return typeof topic === 'string' && topic.startsWith(prefix) ? topic.slice(prefix.length) : null;
}
