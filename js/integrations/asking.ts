import { DashboardError } from '../errors.js';
import { init } from '../module.js';
import type { Asked } from '../options/request.js';
import type { Credentials } from '../options/service.js';
import type { AttemptContext } from '../resilience/attempt.js';
import { FAILURE, ofError, SUCCESS, type Verdict, WELL } from '../resilience/verdict.js';
import { isIdempotent } from '../wedsync_dashboard.js';
import { type Answer, readAnswer } from './answer.js';
import type { Flights } from './flights.js';
import type { Service } from './service.js';
import { trace } from './trace.js';

/** Is told how each attempt went. */
export type Note = (service: Service, isOk: boolean, latency: number) => void;

/** Sends a request under the policy of its service, once for all who ask for the same meanwhile. */
export async function ask(
  service: Service,
  address: string,
  asked: Asked,
  flights: Flights<Answer>,
  note: Note,
): Promise<Answer> {
  asked.signal?.throwIfAborted();
  await init();
  // The caller may have left meanwhile, however short it was.
  asked.signal?.throwIfAborted();
  const { method, headers } = asked;
  const isRead = method === 'GET' || method === 'HEAD';
  const isRepeatable = isIdempotent(method, headers.has('idempotency-key'));
  const send = (signal: AbortSignal | undefined) =>
    service.runner.run((context) => sendOnce(service, address, asked, context, note, true), {
      signal,
      isRepeatable,
      ofValue: (answer) => verdictOf(service, answer),
      ofError: ofSending,
    });
  if (!isRead) return send(asked.signal);
  const key = JSON.stringify([service.name, method, address, [...headers], asked.init.credentials ?? null]);
  return flights.join(key, send, asked.signal);
}

/** Asks once, for the sake of the answer's being there. */
export async function probe(service: Service, address: string, asked: Asked): Promise<Answer> {
  const note: Note = (_, isOk, latency) => service.note(isOk, latency);
  return service.runner.run((context) => sendOnce(service, address, asked, context, note, false), {
    signal: asked.signal,
    isRepeatable: false,
    ofValue: (answer) => verdictOf(service, answer),
    ofError: ofSending,
  });
}

/** What an answer says; one that went well is `WELL` itself. */
function verdictOf(service: Service, answer: Answer): Verdict {
  const verdict = service.verdictOf(answer);
  return verdict.outcome === SUCCESS ? WELL : verdict;
}

/** A network error is told by its cause: there the browser's own kind of error is. */
function ofSending(error: unknown): Verdict {
  const isNetwork = error instanceof DashboardError && error.code === 'unreachable';
  return ofError(isNetwork ? error.cause : error);
}

/** `renews`: after a refusal once more, with other credentials. */
async function sendOnce(
  service: Service,
  address: string,
  asked: Asked,
  { signal }: AttemptContext,
  note: Note,
  renews: boolean,
): Promise<Answer> {
  const began = performance.now();
  try {
    let answer = await sent(service, address, asked, signal, false);
    if (renews && answer.status === 401 && service.options.credentials && service.isOwn(address)) {
      answer = await sent(service, address, asked, signal, true);
    }
    note(service, service.verdictOf(answer).outcome !== FAILURE, performance.now() - began);
    return answer;
  } catch (error) {
    // Who has ended the call says nothing of the service.
    if (!signal.aborted || signal.reason instanceof DashboardError) {
      note(service, false, performance.now() - began);
    }
    throw error;
  }
}

async function sent(
  service: Service,
  address: string,
  asked: Asked,
  signal: AbortSignal,
  wasRefused: boolean,
): Promise<Answer> {
  const { options, name } = service;
  const headers = new Headers(asked.headers);
  // A library may send what is meant for another place: that is none of this service's secrets.
  const isOurs = service.isOwn(address);
  const own: Credentials = (isOurs && (await options.credentials?.(wasRefused))) || {};
  for (const [header, value] of Object.entries(own)) {
    if (!headers.has(header)) headers.set(header, value);
  }
  if (options.trace ?? isOwnServer(address)) trace(headers);
  const { method, body = null, init: rest } = asked;
  let response: Response;
  try {
    response = await fetch(address, { ...rest, method, headers, body, signal });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new DashboardError(
      'unreachable',
      `The service "${name}" could not be reached. A browser does not say why: there is no network, or it refuses this page.`,
      {
        retryable: true,
        cause,
      },
    );
  }
  return readAnswer(response, isOurs ? options.maxBytes : Number.POSITIVE_INFINITY);
}

function isOwnServer(address: string): boolean {
  try {
    return new URL(address, location.href).origin === location.origin;
  } catch {
    return false;
  }
}
