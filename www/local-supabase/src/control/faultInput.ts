import type { Fault } from '../faults/types.js';
import {
  anything,
  type Field,
  InputError,
  milliseconds,
  oneOf,
  readFields,
  required,
  text,
  textsByName,
  wholeNumber,
} from './input.js';

type Shape = Readonly<Record<string, Field<unknown>>>;

const anyone: Shape = { client: text, skip: wholeNumber(0), times: wholeNumber(1) };

const frame: Shape = {
  ...anyone,
  direction: required(oneOf('toClient', 'toServer')),
  topic: text,
  event: text,
};

const request: Shape = {
  ...anyone,
  service: oneOf('rest', 'auth', 'realtime', 'calendar', 'payments'),
  method: text,
  path: text,
};

const delayMs = required(milliseconds);
const errorStatus = wholeNumber(400, 599);
const errorAnswer: Shape = { retryAfterSeconds: wholeNumber(0), body: anything };
const refusal: Shape = { ...errorAnswer, retryAfterAs: oneOf('seconds', 'date'), headers: textsByName };

/** The fields of each kind of fault besides `on` and `action`. */
const shapes: Readonly<Record<Fault['on'], Readonly<Record<string, Shape>>>> = {
  frame: {
    drop: frame,
    delay: { ...frame, delayMs },
    duplicate: frame,
    reorder: { ...frame, delayMs: milliseconds },
    corrupt: { ...frame, how: oneOf('truncate', 'flip') },
  },
  handshake: {
    refuse: { ...anyone, status: errorStatus, ...errorAnswer },
    delay: { ...anyone, delayMs },
  },
  join: {
    refuse: { ...anyone, topic: text, reason: text },
  },
  request: {
    fail: { ...request, status: required(errorStatus), ...refusal },
    limit: { ...request, perSecond: required(wholeNumber(1, 1_000_000)), ...refusal },
    delay: { ...request, delayMs },
    slowBody: { ...request, durationMs: delayMs },
    corrupt: { ...request, how: oneOf('truncate', 'cut', 'garbage', 'html') },
    loseRequest: request,
    loseReply: request,
  },
};

/** Reads a fault as it was sent, or throws an {@link InputError}. */
export function readFault(body: Readonly<Record<string, unknown>>): Fault {
  const { on, action, ...rest } = body;
  const actions = choose('on', on, shapes);
  const shape = choose('action', action, actions);
  readFields(rest, shape);
  if (on === 'handshake' && rest.status === undefined) {
    for (const name of Object.keys(errorAnswer)) {
      if (rest[name] !== undefined) throw new InputError(`"${name}" must come with a "status"`);
    }
  }
  return body as unknown as Fault;
}

function choose<Value>(name: string, value: unknown, choices: Readonly<Record<string, Value>>): Value {
  const { expected } = oneOf(...Object.keys(choices));
  const chosen = typeof value === 'string' && Object.hasOwn(choices, value) ? choices[value] : undefined;
  if (chosen === undefined) throw new InputError(`"${name}" must be ${expected}`);
  return chosen;
}
