type Replacer = (name: string, value: unknown) => unknown;

/**
 * A text that is another if the options are, in whatever order their fields come; what cannot be read has one of its own.
 */
export function textOf(options: unknown, replacer: Replacer = ofIdentity): string {
  try {
    return JSON.stringify(options, (name, value) => inOrder(replacer(name, value))) ?? 'undefined';
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

/** An object with its fields sorted; anything else, boxed values included, as it is. */
function inOrder(value: unknown): unknown {
  if (Object.prototype.toString.call(value) !== '[object Object]') return value;
  const fields = Object.entries(value as object);
  return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)));
}
