const pounds = new Intl.NumberFormat('en-GB', {
  style: 'currency',
  currency: 'GBP',
  minimumFractionDigits: 0,
  maximumFractionDigits: 0,
});

const poundsAndPence = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });

/** `125000` → `£1,250`; pence are shown only where there are any. */
export function formatPence(pence: number): string {
  return (pence % 100 === 0 ? pounds : poundsAndPence).format(pence / 100);
}

/** A sum for a tile, where pence would only be noise. */
export function formatPoundsRounded(pence: number): string {
  return pounds.format(Math.round(pence / 100));
}

/** What a person types as pounds (`£12,500`, `12500.5`), in pence; `null` where it is not an amount. */
export function parsePounds(text: string): number | null {
  const match = /^£?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  // By digits, not by multiplication: 1,234.56 * 100 is not a whole number in floating point.
  const pence = Number(whole.replaceAll(',', '') + fraction.padEnd(2, '0'));
  return Number.isSafeInteger(pence) ? pence : null;
}
