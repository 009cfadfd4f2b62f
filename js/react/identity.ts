type Replacer = (name: string, value: unknown) => unknown;

/** A text that is another if the options are; what cannot be read has one of its own. */
export function textOf(options: unknown, replacer: Replacer = ofIdentity): string {
  try {
    return JSON.stringify(options, replacer) ?? 'undefined';
  } catch {
    return 'unreadable';
  }
}

/**
 * What makes options others. A replay's `since` does not: reckoned at each render it would be another in each. A filter
 * may compare with a bigint, of which JSON knows nothing.
 */
function ofIdentity(name: string, value: unknown): unknown {
  if (name === 'since') return undefined;
  return typeof value === 'bigint' ? String(value) : value;
}
