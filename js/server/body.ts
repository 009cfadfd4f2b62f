import { Refusal } from './refusal.js';

/**
 * A request's body, of at most so many bytes: what it says of its own length is believed only where that is more.
 *
 * @throws {Refusal} `too_large`; `invalid_request` if it did not arrive whole.
 */
export async function bodyOf(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = new Refusal('too_large', `The body has more than ${most} bytes.`);
  if (Number(request.headers.get('content-length')) > most) throw tooLarge;
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > most) throw tooLarge;
      parts.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof Refusal) throw error;
    throw new Refusal('invalid_request', 'The body has not arrived whole.');
  }
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.byteLength;
  }
  return body;
}

/**
 * The object of JSON that a request's body is.
 *
 * @throws {Refusal} `too_large`, `invalid_request`.
 */
export async function jsonOf(request: Request, most: number): Promise<Record<string, unknown>> {
  const body = await bodyOf(request, most);
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // As with any other value.
  }
  throw new Refusal('invalid_request', 'The body must be an object of JSON.');
}
