/**
 * Whether the token's bearer sees the supplier: row level security decides, so nothing here has to know its rules.
 *
 * @throws {Error} if the backend does not say.
 */
export async function seesSupplier(
  { url, anonKey }: { url: string; anonKey: string },
  { supplier, token, signal }: { supplier: string; token: string; signal: AbortSignal },
): Promise<boolean> {
  const query = new URLSearchParams({ select: 'id', id: `eq.${supplier}`, limit: '1' });
  const response = await fetch(`${url}/rest/v1/suppliers?${query}`, {
    headers: { apikey: anonKey, authorization: `Bearer ${token}` },
    cache: 'no-store',
    signal,
  });
  // An id that is none, and a token that is not taken any more, are refusals.
  if ([400, 401, 403, 404].includes(response.status)) return false;
  if (!response.ok) throw new Error(`The backend answers with ${response.status}.`);
  const rows: unknown = await response.json();
  return Array.isArray(rows) && rows.length === 1 && (rows[0] as { id?: unknown }).id === supplier;
}
