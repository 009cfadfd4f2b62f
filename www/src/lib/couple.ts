/** `Hannah Reid & Tom Ellis`, or the one name there is. */
export function coupleName(client: { name: string; partner_name: string | null }): string {
  return client.partner_name ? `${client.name} & ${client.partner_name}` : client.name;
}

/** Up to two letters for an avatar. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase('en-GB');
}
