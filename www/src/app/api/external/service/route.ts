import type { NextRequest } from 'next/server';
import { serverSession } from '@/data/server-session';
import { type Account, Accounts, readAccount } from '@/lib/external/accounts';
import { ask } from '@/lib/external/ask';
import { isServiceName, readService, type ServiceName } from '@/lib/external/services';
import { readSettings } from '@/lib/settings';

/** What is asked of each service: what the dashboard shows. */
const paths: Readonly<Record<ServiceName, string>> = {
  calendar: '/availability?days=42',
  payments: '/payouts',
};

const problems = {
  not_signed_in: [401, 'Sign in to see this.'],
  no_supplier: [403, 'You do not work for a supplier yet.'],
  backend_unavailable: [503, 'It cannot be told at the moment whose data these are.'],
} as const;

const signedOut: Account = { id: null, problem: 'not_signed_in' };

const accounts = new Accounts((token) => {
  const { problem, url, anonKey } = readSettings(process.env);
  return problem === null
    ? readAccount({ url, anonKey }, token)
    : Promise.resolve({ id: null, problem: 'backend_unavailable' });
});

/**
 * Asks the service that the header `x-service` names, for the supplier of who is signed in: the services' keys stay on
 * the server.
 */
export async function GET(request: NextRequest): Promise<Response> {
  const { problem } = readSettings(process.env);
  if (problem !== null) return fail(503, 'not_configured', problem);
  const session = await serverSession();
  // What a cookie says is not proven; the token is, by whose account it is.
  const account = session === null ? signedOut : await accounts.of(session.accessToken);
  if (account.problem !== null) {
    const [status, message] = problems[account.problem];
    return fail(status, account.problem, message);
  }

  const service = request.headers.get('x-service');
  if (!isServiceName(service)) {
    return fail(404, 'unknown_service', 'The header x-service must be "calendar" or "payments".');
  }
  const settings = readService(service, process.env);
  if (settings.problem !== null) return fail(503, 'not_configured', settings.problem);
  const url = settings.url + paths[service];
  const answer = await ask({ url, key: settings.key, account: account.id, signal: request.signal });
  const headers = {
    // A Retry-After that is a date is relative to this one.
    ...(answer.date === null ? {} : { date: answer.date }),
    ...(answer.ok || answer.retryAfter === null ? {} : { 'retry-after': answer.retryAfter }),
  };
  if (!answer.ok) return fail(answer.status, answer.code, answer.message, headers);
  return json({ service, data: answer.data, at: new Date().toISOString() }, 200, headers);
}

function fail(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return json({ code, message }, status, headers);
}

function json(body: unknown, status: number, headers: Record<string, string>): Response {
  return Response.json(body, { status, headers: { ...headers, 'cache-control': 'no-store' } });
}
