import { isObject } from '../../http/body.js';

/** One message of a batch, as far as it could be read. */
export interface BatchMessage {
  topic: string;
  event: string;
  payload: unknown;
  isPrivate: boolean;
  /** What is wrong with it, by field. */
  errors: Record<string, string[]>;
}

const blank = "can't be blank";
const invalid = 'is invalid';

/** The messages of a request's body; none if it has none. */
export function readBatch(body: unknown): BatchMessage[] {
  const messages = isObject(body) ? body.messages : null;
  return Array.isArray(messages) ? messages.map(readMessage) : [];
}

/** What is wrong with a batch, as the real server words it: `null` if nothing. */
export function batchErrors(
  messages: readonly BatchMessage[],
  isTooLarge: (message: BatchMessage) => boolean,
): (string | Record<string, string[]>)[] | null {
  if (messages.length === 0) return [blank];
  const errors = messages.map((message) =>
    Object.keys(message.errors).length === 0 && isTooLarge(message)
      ? { payload: ['Payload size exceeds tenant limit'] }
      : message.errors,
  );
  return errors.some((fields) => Object.keys(fields).length > 0) ? errors : null;
}

function readMessage(message: unknown): BatchMessage {
  const fields = isObject(message) ? message : {};
  const { topic, event, payload } = fields;
  const errors: Record<string, string[]> = {};
  const check = (name: string, value: unknown, isRight: boolean): void => {
    if (value === undefined || value === null || value === '') errors[name] = [blank];
    else if (!isRight) errors[name] = [invalid];
  };
  check('event', event, typeof event === 'string');
  check('payload', payload, isObject(payload));
  check('topic', topic, typeof topic === 'string');
  return {
    topic: typeof topic === 'string' ? topic : '',
    event: typeof event === 'string' ? event : '',
    payload,
    isPrivate: fields.private === true || fields.private === 'true',
    errors,
  };
}
