const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The tag that each entry has by its key. */
export function keyTag(key: string): string {
  return `k${key}`;
}

/** The key whose tag this is, if it is one of a key. */
export function keyOfTag(tag: string): string | undefined {
  return tag.startsWith('k') ? tag.slice(1) : undefined;
}

/** The tag that all entries of a supplier have. */
export function supplierTag(supplier: string): string {
  return `s${supplier}`;
}

/**
 * A text as a field of a line: `%`, spaces and whatever is not printable ASCII are percent-encoded, and so is a hyphen that is all
 * there is, which says that there is no text. No two texts have the same field.
 */
export function escapeField(text: string): string {
  if (text === '-') return '%2d';
  if (/^[!-$&-~]*$/.test(text)) return text;
  let field = '';
  for (const byte of encoder.encode(text)) {
    const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x25;
    field += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return field;
}

/** The text of a field, which may be anything. */
export function unescapeField(field: string): string | undefined {
  if (!field.includes('%')) return field;
  const given = encoder.encode(field);
  const bytes: number[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const byte = given[at] ?? 0;
    if (byte !== 0x25) {
      bytes.push(byte);
      continue;
    }
    const digits = String.fromCharCode(given[at + 1] ?? 0, given[at + 2] ?? 0);
    if (!/^[\da-f]{2}$/i.test(digits)) return undefined;
    bytes.push(Number.parseInt(digits, 16));
    at += 2;
  }
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
