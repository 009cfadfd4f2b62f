import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { clientOf, serviceOf } from '../http/who.js';
import type { FaultRules } from './rules.js';

type Environment = { Bindings: HttpBindings };

/** Does to requests what the faults say; `life` ends when the port goes away. */
export function faultyRequests(faults: FaultRules, life: () => AbortSignal): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const { incoming } = context.env;
    const { method, path } = context.req;
    const signal = life();
    useOnce(context, faults);
    const found = faults.judgeRequest({
      method,
      path,
      service: serviceOf(path),
      client: clientOf(incoming),
    });
    for (const fault of found) {
      switch (fault.action) {
        case 'delay':
          await sleep(fault.delayMs, undefined, { ref: false, signal }).catch(() => {});
          if (!signal.aborted) break;
          incoming.socket.destroy();
          return RESPONSE_ALREADY_SENT;
        case 'fail': {
          if (fault.retryAfterSeconds !== undefined) {
            context.header('retry-after', String(fault.retryAfterSeconds));
            context.header('access-control-expose-headers', 'retry-after', { append: true });
          }
          context.header('x-content-type-options', 'nosniff');
          const { body = { message: 'A fault was asked for' } } = fault;
          const status = fault.status as ContentfulStatusCode;
          if (typeof body === 'string') return context.text(body, status);
          return context.body(JSON.stringify(body), status, { 'content-type': 'application/json' });
        }
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

/**
 * Chromium sends what got no answer, a POST too, again by itself if its connection had been used before: a lost reply
 * would be committed twice, and the page would never know that one was lost.
 */
function useOnce(context: Context, faults: FaultRules): void {
  if (faults.losesConnections) context.header('connection', 'close');
}
