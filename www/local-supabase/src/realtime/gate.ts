import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRules } from '../faults/rules.js';
import type { HandshakeFault } from '../faults/types.js';
import type { Refusal } from '../http/refusal.js';
import { anonymous } from '../http/who.js';
import { handshakeProblem } from './access/tokens.js';
import type { RealtimeServices } from './services.js';
import type { Version } from './wire/wire.js';

const path = '/realtime/v1/websocket';

const noKey = { status: 401, reason: 'API key is missing' };

/** A handshake that goes on. */
export interface Admission {
  version: Version;
  key: string;
}

/** How a handshake is answered; `none`: the connection is destroyed. */
export type Answer = Admission | Refusal | 'none';

/** Decides whose handshakes go on. */
export class Gate {
  isSuspended = false;
  readonly #services: RealtimeServices;
  readonly #faults: FaultRules;

  constructor(services: RealtimeServices, faults: FaultRules) {
    this.#services = services;
    this.#faults = faults;
  }

  /** `url` is `null` if it could not be read, `name` if the client gave none. */
  async examine(request: IncomingMessage, url: URL | null, name: string | null): Promise<Answer> {
    for (const fault of this.#faults.judgeHandshake(name ?? anonymous)) {
      if (fault.action === 'delay') await sleep(fault.delayMs, undefined, { ref: false });
      else return fault.status === undefined ? 'none' : refusalOf(fault);
    }
    if (url === null) return { status: 400, body: 'Bad Request', type: 'text/html' };
    if (url.pathname !== path) return { status: 404, body: 'Not Found', type: 'text/html' };
    const version = url.searchParams.get('vsn') ?? '1.0.0';
    if (version !== '1.0.0' && version !== '2.0.0') return { status: 403, body: '', type: null };
    const key = keyOf(request, url);
    const problem = await this.#problemOf(key);
    if (problem === null && key !== null) return { version, key };
    await sleep(this.#services.settings.refusedHandshakeDelayMs);
    const { status, reason } = problem ?? noKey;
    return { status, body: JSON.stringify({ error: reason }), type: 'application/json' };
  }

  async #problemOf(key: string | null): Promise<{ status: number; reason: string } | null> {
    if (this.isSuspended) return { status: 403, reason: 'Realtime was disabled for this tenant' };
    if (key === null) return noKey;
    const { problem } = await this.#services.tokens.verify(key);
    if (problem !== undefined) return { status: 401, reason: handshakeProblem(problem) };
    return this.#services.limits.tooManyJoins ? { status: 429, reason: 'Too many joins per second' } : null;
  }
}

function keyOf(request: IncomingMessage, url: URL): string | null {
  const header = request.headers['x-api-key'];
  return url.searchParams.get('apikey') ?? (typeof header === 'string' ? header : null);
}

type Answered = Extract<HandshakeFault, { status: number }>;

function refusalOf({ status, body, retryAfterSeconds }: Answered): Refusal {
  const isText = typeof body === 'string';
  return {
    status,
    body: isText ? body : body === undefined ? '' : JSON.stringify(body),
    type: body === undefined ? null : isText ? 'text/plain' : 'application/json',
    retryAfterSeconds,
  };
}
