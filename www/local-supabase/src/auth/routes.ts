import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Claims } from '../database/caller.js';
import { type Database, isConnectionLoss } from '../database/database.js';
import { messageOf } from '../errors.js';
import { readJsonObject } from '../http/body.js';
import { bearerToken } from '../http/gateway.js';
import { closeSessions, openSession, refreshSession, type SessionGrant, sessionExists } from './sessions.js';
import type { TokenAuthority } from './tokens.js';
import { findById, type SignInProblem, signInByPassword, type User } from './users.js';

export interface AuthOptions {
  database: Database;
  tokens: TokenAuthority;
  accessTokenLifetimeSeconds: number;
  /** The project's URL; it is known only once the port is open. */
  url: () => string;
}

/** `/auth/v1`: password sign-in, refresh, the signed-in user, sign-out. */
export function authRoutes(options: AuthOptions): Hono {
  const { database } = options;
  const app = new Hono();

  app.get('/health', (context) =>
    context.json({ name: 'GoTrue', version: 'local', description: 'Embedded auth of local-supabase' }),
  );

  app.get('/settings', (context) =>
    context.json({
      external: { email: true, phone: false, anonymous_users: false },
      disable_signup: true,
      mailer_autoconfirm: true,
      phone_autoconfirm: false,
      sms_provider: '',
      saml_enabled: false,
    }),
  );

  // Tokens are signed with a shared secret, so there is no key to publish; clients then ask `/user`.
  app.get('/.well-known/jwks.json', (context) => context.json({ keys: [] }));

  app.post('/token', async (context) => {
    const body = await readJsonObject(context);
    if (body === null) return fail(context, 400, 'bad_json', 'Could not parse request body as JSON');
    switch (context.req.query('grant_type')) {
      case 'password':
        return signIn(context, options, body);
      case 'refresh_token':
        return refresh(context, options, body);
      default:
        return fail(context, 400, 'invalid_credentials', 'unsupported_grant_type');
    }
  });

  app.get('/user', async (context) => {
    const signedIn = await requireUser(context, options);
    if (signedIn instanceof Response) return signedIn;
    return context.json(signedIn.user);
  });

  app.post('/logout', async (context) => {
    const signedIn = await requireUser(context, options);
    if (signedIn instanceof Response) return signedIn;
    const scope = context.req.query('scope') ?? 'global';
    if (scope !== 'global' && scope !== 'local' && scope !== 'others') {
      return fail(context, 400, 'validation_failed', `Unsupported logout scope "${scope}"`);
    }
    await closeSessions(database, signedIn.user.id, sessionIdOf(signedIn.claims), scope);
    return context.body(null, 204);
  });

  app.onError((cause, context) => {
    if (isConnectionLoss(cause)) return fail(context, 503, 'unexpected_failure', messageOf(cause));
    return fail(
      context,
      500,
      'unexpected_failure',
      'Unexpected failure, please check server logs for more information',
    );
  });

  app.all('*', (context) =>
    fail(
      context,
      404,
      'not_found',
      `${context.req.method} ${context.req.path} is not part of local-supabase`,
    ),
  );
  return app;
}

async function signIn(
  context: Context,
  options: AuthOptions,
  body: Record<string, unknown>,
): Promise<Response> {
  const { email, phone, password } = body;
  if (typeof email !== 'string' || email === '') {
    return typeof phone === 'string' && phone !== ''
      ? fail(context, 400, 'phone_provider_disabled', 'Phone logins are disabled')
      : fail(context, 400, 'validation_failed', 'missing email or phone');
  }
  const isPossible = typeof password === 'string' && !hasNul(email) && !hasNul(password);
  const user = isPossible ? await signInByPassword(options.database, email, password) : 'unknown';
  if (typeof user === 'string') return failToSignIn(context, user);
  const { moment } = options.tokens;
  return grant(context, options, user, await openSession(options.database, user.id), moment);
}

function failToSignIn(context: Context, problem: SignInProblem): Response {
  switch (problem) {
    case 'unknown':
      return fail(context, 400, 'invalid_credentials', 'Invalid login credentials');
    case 'unconfirmed':
      return fail(context, 400, 'email_not_confirmed', 'Email not confirmed');
    case 'banned':
      return fail(context, 400, 'user_banned', 'User is banned');
  }
}

async function refresh(
  context: Context,
  options: AuthOptions,
  body: Record<string, unknown>,
): Promise<Response> {
  const token = body.refresh_token;
  if (typeof token !== 'string' || token === '') {
    return fail(context, 400, 'validation_failed', 'refresh token required');
  }
  if (hasNul(token)) return fail(context, 400, 'validation_failed', 'Refresh token is not valid');
  const { moment } = options.tokens;
  const session = await refreshSession(options.database, token);
  if (session === 'unknown') {
    return fail(context, 400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
  }
  if (session === 'reused') {
    return fail(context, 400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
  }
  if (session === 'banned') {
    return fail(context, 400, 'user_banned', 'Invalid Refresh Token: User Banned');
  }
  const user = await findById(options.database, session.userId);
  if (user === null) return fail(context, 403, 'user_not_found', 'User from sub claim in JWT does not exist');
  return grant(context, options, user, session, moment);
}

async function grant(
  context: Context,
  options: AuthOptions,
  user: User,
  session: SessionGrant,
  moment: number,
): Promise<Response> {
  const now = Math.floor(Date.now() / 1000);
  const expiry = now + options.accessTokenLifetimeSeconds;
  const accessToken = await options.tokens.sign(
    {
      iss: `${options.url()}/auth/v1`,
      sub: user.id,
      aud: 'authenticated',
      exp: expiry,
      iat: now,
      email: user.email,
      phone: '',
      app_metadata: user.app_metadata,
      user_metadata: user.user_metadata,
      role: user.role,
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: now }],
      session_id: session.sessionId,
      is_anonymous: false,
    },
    moment,
  );
  return context.json({
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: options.accessTokenLifetimeSeconds,
    expires_at: expiry,
    refresh_token: session.refreshToken,
    user,
  });
}

/** The user of the request's token, whose session must still be open, or the refusal. */
async function requireUser(
  context: Context,
  options: AuthOptions,
): Promise<{ user: User; claims: Claims } | Response> {
  const token = bearerToken(context);
  if (token === null) {
    return fail(context, 401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  }
  const { claims, problem } = await options.tokens.verify(token);
  if (problem !== undefined) {
    const why =
      problem.kind === 'expired' ? 'token has invalid claims: token is expired' : 'token is not valid';
    return fail(context, 403, 'bad_jwt', `invalid JWT: unable to parse or verify signature, ${why}`);
  }
  const { sub } = claims;
  if (sub === undefined) return fail(context, 403, 'bad_jwt', 'invalid claim: missing sub claim');
  if (!isUuid(sub)) return fail(context, 403, 'bad_jwt', 'invalid claim: sub claim must be a UUID');
  const sessionId = sessionIdOf(claims);
  // A token of another maker may have no session; one that names a session needs it to be open.
  if (sessionId !== nobody && !(await sessionExists(options.database, sessionId))) {
    return fail(context, 403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  }
  const user = await findById(options.database, sub);
  if (user === null) return fail(context, 403, 'user_not_found', 'User from sub claim in JWT does not exist');
  return { user, claims };
}

const nobody = '00000000-0000-0000-0000-000000000000';

function sessionIdOf({ session_id: id }: Claims): string {
  return isUuid(id) ? id : nobody;
}

/** PostgreSQL has no text with this character in it, so nobody's name or password has either. */
function hasNul(text: string): boolean {
  return text.includes('\0');
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

/** Clients that name an API version since 2024 get its error shape, the others the older one. */
function fail(context: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  const version = context.req.header('x-supabase-api-version') ?? '';
  const knowsCodes = /^\d{4}-\d\d-\d\d$/.test(version) && version >= '2024-01-01';
  if (!knowsCodes) return context.json({ code: status, error_code: code, msg: message }, status);
  context.header('x-supabase-api-version', '2024-01-01');
  return context.json({ code, message }, status);
}
