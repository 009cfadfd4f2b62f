import { DashboardError } from '../errors.js';
import type { AnswerKind } from '../options/request.js';

/** An answer that has been read whole. */
export interface Answer {
  status: number;
  statusText: string;
  headers: Headers;
  url: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Statuses whose answers have no body, and may not be given one. */
const WITHOUT_BODY = [101, 103, 204, 205, 304];

/**
 * Reads an answer.
 *
 * @throws {DashboardError} `response_too_large`; what the browser throws when it is cut off.
 */
export async function readAnswer(response: Response, most: number): Promise<Answer> {
  const { status, statusText, headers, url, body } = response;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    length += value.length;
    if (length > most) {
      void reader?.cancel().catch(() => {});
      throw new DashboardError(
        'response_too_large',
        `The answer has more than ${most} bytes. Ask for less, or raise \`maxBytes\`.`,
      );
    }
    parts.push(value);
  }
  return { status, statusText, headers, url, bytes: joined(parts, length) };
}

/** A response of `fetch` of its own for each caller. */
export function responseOf({ status, statusText, headers, url, bytes }: Answer): Response {
  const body = WITHOUT_BODY.includes(status) ? null : bytes;
  // It is not compressed any more.
  const own = new Headers(headers);
  own.delete('content-encoding');
  own.delete('content-length');
  const response = new Response(body, { status, statusText, headers: own });
  Object.defineProperty(response, 'url', { value: url });
  return response;
}

/**
 * The content of an answer.
 *
 * @throws {DashboardError} `response_invalid` for what is no JSON.
 */
export function contentOf({ bytes }: Answer, as: AnswerKind): unknown {
  if (as === 'bytes') return bytes.slice();
  const text = new TextDecoder().decode(bytes);
  if (as === 'text') return text;
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DashboardError(
      'response_invalid',
      'The answer is no JSON. Read it with `as: "text"` to see what it is.',
      { cause },
    );
  }
}

function joined(parts: Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
