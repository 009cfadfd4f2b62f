import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/** What breaks the link, and the counts: tests that run in a page do and read that too. */
const forPages = /^\/(sockets|frames|faults)(\/|$)|^\/stats$/;

/**
 * Whom the control server listens to. It has no password, so it must not listen to the pages that are open in the
 * developer's browser: not to those of other sites, and not to those whose name was made to point to this machine.
 * Pages that this machine serves may break the link and read the counts; the rest is for programs alone.
 */
export function guard(refuse: (context: Context, sentence: string) => Response): MiddlewareHandler[] {
  const forOwnPages = cors({ origin: (origin) => (isOwn(origin) ? origin : null) });
  return [
    (context, next) => {
      const host = context.req.header('host') ?? '';
      if (isOwn(`http://${host}`)) return next();
      return Promise.resolve(
        refuse(context, 'The control server is reached as 127.0.0.1, localhost or [::1] only'),
      );
    },
    (context, next) => {
      const origin = context.req.header('origin');
      if (origin === undefined) return next();
      if (isOwn(origin) && forPages.test(context.req.path)) return forOwnPages(context, next);
      return Promise.resolve(
        refuse(
          context,
          'Web pages may only break the link and read the counts here, and only those of this machine',
        ),
      );
    },
  ];
}

/** Whether an origin is one that this machine serves. */
function isOwn(origin: string): boolean {
  return /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(origin);
}
