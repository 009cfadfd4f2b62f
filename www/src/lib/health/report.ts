import { isWanted, readService, type ServiceName, serviceNames } from '../external/services.ts';
import { readSettings } from '../settings.ts';
import { byDatabase, type Check, check, notThere, type Status } from './check.ts';
import { shared } from './shared.ts';

/** What an uptime monitor is told. */
export interface HealthReport {
  status: Status;
  /** `database` and `auth`, and each external service that this deployment uses. */
  checks: Record<string, Check>;
  /** When it was found out, ISO 8601. */
  at: string;
}

/** So long a report is given to whoever asks, in milliseconds. */
const reportMs = 2_000;
/** So long what is known of an external service counts: others count what they are asked. */
const externalMs = 5_000;

/** Makes the function that says how this deployment is, however often it is asked. */
export function healthReports(environment: Record<string, string | undefined>): () => Promise<HealthReport> {
  const external = serviceNames
    .filter((name) => isWanted(name, environment))
    .map((name) => [name, shared(externalMs, () => checkService(name, environment))] as const);
  return shared(reportMs, async () => {
    const checks = await settled({
      ...checkBackend(environment),
      ...Object.fromEntries(external.map(([name, checked]) => [name, checked()])),
    });
    return { status: overall(checks), checks, at: new Date().toISOString() };
  });
}

/** Nothing works without the database; without anything else, something does. */
export function overall(checks: Record<string, Check>): Status {
  if (checks.database?.status === 'unhealthy') return 'unhealthy';
  return Object.values(checks).every(({ status }) => status === 'healthy') ? 'healthy' : 'degraded';
}

function checkBackend(environment: Record<string, string | undefined>): Record<string, Promise<Check>> {
  const settings = readSettings(environment);
  if (settings.problem !== null) {
    return { database: Promise.resolve(notThere), auth: Promise.resolve(notThere) };
  }
  const { url, anonKey } = settings;
  const headers = { apikey: anonKey };
  return {
    database: check(`${url}/rest/v1/suppliers?select=id&limit=1`, headers, byDatabase),
    auth: check(`${url}/auth/v1/health`, headers),
  };
}

function checkService(name: ServiceName, environment: Record<string, string | undefined>): Promise<Check> {
  const { problem, url, key } = readService(name, environment);
  if (problem !== null) return Promise.resolve(notThere);
  return check(`${url}/status`, { authorization: `Bearer ${key}` });
}

async function settled(checks: Record<string, Promise<Check>>): Promise<Record<string, Check>> {
  const entries = Object.entries(checks).map(async ([name, checked]) => [name, await checked] as const);
  return Object.fromEntries(await Promise.all(entries));
}
