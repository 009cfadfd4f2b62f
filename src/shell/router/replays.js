/** Of so many broadcasts of a topic the ids are remembered; the server replays 25 at most. */
const MOST_REMEMBERED = 64;

/**
 * Whether a broadcast is a replay of what has been delivered; what is not is remembered as delivered.
 * @param {Set<string>} seen the ids delivered last, the oldest first
 */
export function isDuplicate(seen, { meta }) {
  const id = meta?.id;
  if (typeof id !== 'string') return false;
  if (seen.has(id)) return meta.replayed === true;
  seen.add(id);
  if (seen.size > MOST_REMEMBERED) seen.delete(seen.values().next().value);
  return false;
}
