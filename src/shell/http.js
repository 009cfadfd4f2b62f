/** Requests by the browser's own `fetch`; what they are about, the core has decided. */

/** Work for `promise.js`: it succeeds if anything answers at `url` within so many milliseconds, whatever it says. */
export function answers(url, within) {
  // Not `no-cors`, though no answer is read: a cross-origin isolated page may not ask so.
  const init = { credentials: 'omit', cache: 'no-store' };
  return () => fetch(url, { ...init, signal: AbortSignal.timeout(within) });
}

/**
 * Work for `promise.js`: it gives `[status, body, what Retry-After says, what Date says]`, status 0 if nothing answered, the body only if
 * it is JSON.
 */
export function request(url, key, token, body, within) {
  return () => answerOf(url, key, token, body, within);
}

async function answerOf(url, key, token, body, within) {
  const isBytes = ArrayBuffer.isView(body);
  const headers = { apikey: key, authorization: `Bearer ${token ?? key}` };
  if (body !== undefined) headers['content-type'] = isBytes ? 'application/octet-stream' : 'application/json';
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      body: body === undefined || isBytes ? body : JSON.stringify(body),
      credentials: 'omit',
      signal: AbortSignal.timeout(within),
    });
    const content = await response.json().catch(() => undefined);
    // Across origins `Date` can be read only if the server exposes it.
    return [response.status, content, response.headers.get('retry-after'), response.headers.get('date')];
  } catch {
    return [0];
  }
}
