/** The oldest Node.js and Rust this project builds with. */
export const oldestNode = '20.9.0';
export const oldestRust = '1.90.0';

/**
 * Reads the first `x.y.z` of a program's own answer.
 * @param {string} text
 */
export function versionIn(text) {
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? null;
}

/**
 * Whether `version` is `oldest` or later.
 * @param {string} version
 * @param {string} oldest
 */
export function isAtLeast(version, oldest) {
  const [have, want] = [version, oldest].map((text) => text.split('.').map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (have?.[part] ?? 0) - (want?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
