import { type Context, Hono } from 'hono';
import type { TokenAuthority } from '../auth/tokens.js';
import type { Claims } from '../database/caller.js';
import type { Database } from '../database/database.js';
import { bearerToken } from '../http/gateway.js';
import { callFunction } from './callRoute.js';
import { RestError } from './errors.js';
import { toRestError } from './postgresErrors.js';
import { type RestRequest, readRequest } from './request.js';
import { respondWithError } from './respond.js';
import { useTable } from './tableRoute.js';

export interface RestOptions {
  database: Database;
  tokens: TokenAuthority;
}

/** `/rest/v1`: tables and functions of the exposed schemas, as PostgREST serves them. */
export function restRoutes(options: RestOptions): Hono {
  const app = new Hono();
  app.all('/rpc/:name', (context) => handle(context, options, 'name', callFunction));
  app.all('/:table', (context) => handle(context, options, 'table', useTable));
  app.all('*', (context) =>
    respondWithError(context, new RestError(404, 'PGRST125', 'Invalid path specified in request URL')),
  );
  return app;
}

type Handler = (
  context: Context,
  database: Database,
  request: RestRequest,
  target: string,
) => Promise<Response>;

async function handle(
  context: Context,
  { database, tokens }: RestOptions,
  parameter: string,
  handler: Handler,
): Promise<Response> {
  let role = 'anon';
  try {
    const claims = await authenticate(context, tokens);
    role = claims.role;
    return await handler(context, database, readRequest(context, claims), context.req.param(parameter) ?? '');
  } catch (cause) {
    return respondWithError(context, toRestError(cause, role));
  }
}

/** Who asks: the bearer token, or the project's key where there is none. */
async function authenticate(context: Context, tokens: TokenAuthority): Promise<Claims> {
  const token = bearerToken(context) ?? context.req.header('apikey') ?? context.req.query('apikey') ?? '';
  const { claims, problem } = await tokens.verify(token);
  if (problem === undefined) return claims;
  switch (problem.kind) {
    case 'expired':
      throw refused('PGRST303', 'JWT expired');
    case 'signature':
      throw refused('PGRST301', 'No suitable key or wrong key type');
    case 'incomplete':
      throw refused('PGRST303', 'The token names no role of this project, or no expiry');
    case 'malformed': {
      const [code, message] = malformed[problem.part];
      throw refused(code, message);
    }
  }
}

const malformed = {
  shape: ['PGRST301', 'Expected 3 parts in JWT; got something else'],
  algorithm: ['PGRST301', 'Wrong or unsupported encoding algorithm'],
  expiry: ['PGRST303', "The JWT 'exp' claim must be a number"],
  start: ['PGRST303', 'JWT not yet valid'],
} as const;

function refused(code: string, message: string): RestError {
  return new RestError(401, code, message, null, null, {
    'www-authenticate': `Bearer error="invalid_token", error_description="${message}"`,
  });
}
