import { invalid } from '../arguments.js';
import { DashboardError } from '../errors.js';
import { init } from '../module.js';
import type { Asked } from '../options/request.js';
import type { Credentials } from '../options/service.js';
import type { AttemptContext } from '../resilience/attempt.js';
import { FAILURE, NEUTRAL, ofError, SUCCESS, type Verdict, WELL } from '../resilience/verdict.js';
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
  // A stream can be read once.
  const isStream = asked.body instanceof ReadableStream;
  const isRepeatable = !isStream && isIdempotent(method, headers.has('idempotency-key'));
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

/** Ended by the attempt's timeout, or from outside. */
function ofEnding(reason: unknown): Pick<Verdict, 'outcome'> {
  return reason instanceof DashboardError ? ofError(reason) : { outcome: NEUTRAL };
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
    const mayRenew = renews && service.options.credentials && !(asked.body instanceof ReadableStream);
    if (mayRenew && answer.status === 401 && service.isOwn(address)) {
      answer = await sent(service, address, asked, signal, true);
    }
    note(service, service.verdictOf(answer).outcome !== FAILURE, performance.now() - began);
    return answer;
  } catch (error) {
    // What was ended from outside, or could not be sent, says nothing of the service.
    const { outcome } = signal.aborted ? ofEnding(signal.reason) : ofError(error);
    if (outcome !== NEUTRAL) note(service, outcome !== FAILURE, performance.now() - began);
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
  // A library may send what is meant for another place: that is none of this service's secrets.
  const isOurs = service.isOwn(address);
  const own = isOurs ? await credentialsOf(service, wasRefused) : {};
  const request = requestOf(address, asked, own, wasRefused, signal, options.trace ?? isOwnServer(address));
  try {
    return await readAnswer(await fetch(request), isOurs ? options.maxBytes : Number.POSITIVE_INFINITY);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof DashboardError) throw cause;
    throw new DashboardError(
      'unreachable',
      `The service "${name}" could not be reached, or was cut off. A browser does not say why: there is no network, or it refuses this page.`,
      { retryable: true, cause },
    );
  }
}

/** @throws {DashboardError} `token_unavailable`. */
async function credentialsOf({ name, options }: Service, wasRefused: boolean): Promise<Credentials> {
  try {
    return { ...(await options.credentials?.(wasRefused)) };
  } catch (cause) {
    if (cause instanceof DashboardError) throw cause;
    throw new DashboardError(
      'token_unavailable',
      `The \`credentials\` function of the service "${name}" has thrown. It is asked again with the next request.`,
      { retryable: true, cause },
    );
  }
}

/** @throws {DashboardError} `invalid_option` for what no browser sends. */
function requestOf(
  address: string,
  { method, headers: given, body = null, init }: Asked,
  credentials: Credentials,
  wasRefused: boolean,
  signal: AbortSignal,
  isTraced: boolean,
): Request {
  try {
    const headers = new Headers(given);
    for (const [header, value] of Object.entries(credentials)) {
      // What a library has sent, and was refused, has not been of use.
      if (wasRefused || !headers.has(header)) headers.set(header, value);
    }
    if (isTraced) trace(headers);
    // A redirect would take the secrets to wherever it leads: a browser only leaves out `authorization`.
    const isSecret = Object.keys(credentials).length > 0 && init.redirect !== 'manual';
    const redirect = isSecret ? { redirect: 'error' as const } : {};
    return new Request(address, { ...init, ...redirect, method, headers, body, signal });
  } catch (cause) {
    throw invalid('The address, the method, a header or the content of this request cannot be sent.', cause);
  }
}

function isOwnServer(address: string): boolean {
  try {
    return new URL(address, location.href).origin === location.origin;
  } catch {
    return false;
  }
}
