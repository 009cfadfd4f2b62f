import type { Context, MiddlewareHandler } from 'hono';

/** The token of the Authorization header. */
export function bearerToken(context: Context): string | null {
  const header = context.req.header('authorization') ?? '';
  return /^bearer +(\S+)$/i.exec(header)?.[1] ?? null;
}

/** A project's gateway lets nobody in without one of the project's two keys. */
export function requireApiKey(keys: ReadonlySet<string>): MiddlewareHandler {
  return async (context, next) => {
    const key = context.req.header('apikey') ?? context.req.query('apikey');
    if (key === undefined) {
      return context.json(
        {
          message: 'No API key found in request',
          hint: 'No `apikey` request header or url param was found.',
        },
        401,
      );
    }
    if (!keys.has(key)) {
      return context.json(
        { message: 'Invalid API key', hint: 'Double check your Supabase `anon` or `service_role` API key.' },
        401,
      );
    }
    await next();
    return undefined;
  };
}
