import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { clientOf, serviceOf } from '../http/who.js';
import { damagedBody, slowBody } from './bodies.js';
import type { FaultRules } from './rules.js';
import type { Refused } from './types.js';

type Environment = { Bindings: HttpBindings };

/** Does to requests what the faults say; `life` ends when the port goes away. */
export function faultyRequests(faults: FaultRules, life: () => AbortSignal): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const { incoming } = context.env;
    const { method, path } = context.req;
    const signal = life();
    useOnce(context, faults);
    const facts = { method, path, service: serviceOf(path), client: clientOf(incoming) };
    const found = faults.judgeRequest(facts, performance.now());
    for (const fault of found) {
      switch (fault.action) {
        case 'delay':
          await sleep(fault.delayMs, undefined, { ref: false, signal }).catch(() => {});
          if (!signal.aborted) break;
          incoming.socket.destroy();
          return RESPONSE_ALREADY_SENT;
        case 'fail':
          return refuse(context, fault.status, fault);
        case 'limit':
          return refuse(context, 429, { retryAfterSeconds: 1, ...fault });
        case 'slowBody':
          await next();
          replaceAnswer(context, await slowBody(context.res, fault.durationMs, signal));
          return undefined;
        case 'corrupt':
          await next();
          replaceAnswer(
            context,
            await damagedBody(context.res, fault.how ?? 'truncate', () => incoming.socket.destroy()),
          );
          return undefined;
        case 'loseRequest':
          incoming.socket.destroy();
          return RESPONSE_ALREADY_SENT;
        case 'loseReply':
          await next();
          incoming.socket.destroy();
          return RESPONSE_ALREADY_SENT;
      }
    }
    await next();
    // A fault may have been set while this ran.
    useOnce(context, faults);
    return undefined;
  };
}

/** Hono would add the headers of the former answer, its length among them. */
function replaceAnswer(context: Context, answer: Response): void {
  context.res = undefined;
  context.res = answer;
}

function refuse(
  context: Context,
  status: number,
  { retryAfterSeconds, retryAfterAs, headers = {}, body = { message: 'A fault was asked for' } }: Refused,
): Response {
  const said = new Map<string, string>();
  if (retryAfterSeconds !== undefined) said.set('retry-after', retryAfter(retryAfterSeconds, retryAfterAs));
  for (const [name, content] of Object.entries(headers)) said.set(name.toLowerCase(), content);
  // Pages of other origins read only what they are let.
  if (said.size > 0) {
    context.header('access-control-expose-headers', [...said.keys()].join(','), { append: true });
  }
  const isText = typeof body === 'string';
  return context.body(isText ? body : JSON.stringify(body), status as ContentfulStatusCode, {
    'x-content-type-options': 'nosniff',
    'content-type': isText ? 'text/plain; charset=UTF-8' : 'application/json',
    ...Object.fromEntries(said),
  });
}

function retryAfter(seconds: number, as: Refused['retryAfterAs']): string {
  return as === 'date' ? new Date(Date.now() + seconds * 1_000).toUTCString() : String(seconds);
}

/**
 * Chromium sends what got no answer, a POST too, again by itself if its connection had been used before: a lost reply
 * would be committed twice, and the page would never know that one was lost.
 */
function useOnce(context: Context, faults: FaultRules): void {
  if (faults.losesConnections) context.header('connection', 'close');
}
