import { limitedText } from './limited-text.ts';

/** What a service answered, or what went wrong in words that tell nothing of its address and key. */
export type Answer =
  | { ok: true; data: unknown; date: string | null }
  | {
      ok: false;
      /** What to answer with. */
      status: number;
      code: FailureCode;
      message: string;
      retryAfter: string | null;
      date: string | null;
    };

export type FailureCode =
  | 'service_failed'
  | 'service_refused_key'
  | 'service_unreachable'
  | 'service_timeout'
  | 'answer_too_large'
  | 'answer_invalid';

export interface Question {
  url: string;
  key: string;
  /** Whose data are meant: a supplier's id. */
  account: string;
  /** Ends the question early. */
  signal?: AbortSignal;
  /** Default 8,000. */
  timeoutMs?: number;
  /** Default 1,000,000, after decompression. */
  mostBytes?: number;
}

/** Asks a service once. It never rejects. */
export async function ask(question: Question): Promise<Answer> {
  const { url, key, account, signal, timeoutMs = 8_000, mostBytes = 1_000_000 } = question;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${key}`, 'x-account': account },
      cache: 'no-store',
      // The key is for this address alone.
      redirect: 'manual',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    return await read(response, mostBytes);
  } catch (cause) {
    return cause instanceof Error && cause.name === 'TimeoutError'
      ? failure(504, 'service_timeout', 'The service did not answer in time.')
      : failure(502, 'service_unreachable', 'The service could not be reached.');
  }
}

async function read(response: Response, mostBytes: number): Promise<Answer> {
  const { status, headers } = response;
  if (!response.ok) {
    await response.body?.cancel();
    // These two are about the server's key: a browser would take them for its user's session.
    if (status === 401 || status === 403) {
      return failure(502, 'service_refused_key', 'The service does not accept this app’s key.', headers);
    }
    if (status < 400) {
      return failure(502, 'answer_invalid', 'The service answered from another address.', headers);
    }
    return failure(status, 'service_failed', `The service answered with status ${status}.`, headers);
  }
  const text = await limitedText(response, mostBytes);
  if (text === null) return failure(502, 'answer_too_large', 'The service answered with too much.', headers);
  try {
    return { ok: true, data: JSON.parse(text), date: headers.get('date') };
  } catch {
    return failure(502, 'answer_invalid', 'The service answered with something else than JSON.', headers);
  }
}

function failure(status: number, code: FailureCode, message: string, headers?: Headers): Answer {
  return {
    ok: false,
    status,
    code,
    message,
    retryAfter: headers?.get('retry-after') ?? null,
    date: headers?.get('date') ?? null,
  };
}
