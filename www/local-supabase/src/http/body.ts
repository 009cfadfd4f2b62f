import type { Context } from 'hono';

/** The request's body if it is a JSON object. */
export async function readJsonObject(context: Context): Promise<Record<string, unknown> | null> {
  try {
    const body: unknown = JSON.parse(await context.req.text());
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
