import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Whose data are asked for, as the header `x-account` says: a supplier's id. None is the owner of the key. */
export function accountOf(context: Context): string {
  return context.req.header('x-account') || 'own';
}

/** An answer in the shape in which the external services say what is wrong. */
export function refuse(
  context: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
): Response {
  return context.json({ error: { code, message } }, status);
}
