import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { PostgresError } from '../database/database.js';
import { isObject } from '../http/body.js';
import { RestError } from './errors.js';

/** `raise sqlstate 'PGRST'`: a function writes the whole answer, its body as message and the rest as detail. */
export function toRaisedError({ message, detail = '' }: PostgresError): RestError {
  const body = parseObject(message);
  if (body === null || typeof body.code !== 'string' || typeof body.message !== 'string') {
    return notJson(
      `Invalid JSON value for MESSAGE: '${message}'`,
      "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
    );
  }
  const answer = parseObject(detail ?? '');
  const headers = isObject(answer?.headers) ? toHeaders(answer.headers) : null;
  if (!isStatus(answer?.status) || headers === null) {
    return notJson(
      `Invalid JSON value for DETAIL: '${detail ?? ''}'`,
      "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
    );
  }
  return new RestError(
    answer.status,
    body.code,
    body.message,
    body.details ?? null,
    typeof body.hint === 'string' ? body.hint : null,
    headers,
  );
}

/** `null` if one of them cannot be sent. */
function toHeaders(given: Record<string, unknown>): Record<string, string> | null {
  try {
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        validateHeaderName(name);
        validateHeaderValue(name, String(value));
        return [name, String(value)];
      }),
    );
  } catch {
    return null;
  }
}

function notJson(details: string, hint: string): RestError {
  return new RestError(
    500,
    'PGRST121',
    'Could not parse JSON in the "RAISE SQLSTATE \'PGRST\'" error',
    details,
    hint,
  );
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;
}
