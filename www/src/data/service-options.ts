import type { ServiceOptions } from '@wedsync/dashboard';
import type { ServiceName } from '@/lib/external/services';

/** The one address of all services: `x-service` says which is meant. */
const address = '/api/external/service';

/**
 * How the browser asks for a service of another company. A person looks at the answer and nothing depends on it, so it is given up and
 * tried again soon: it is back on the screen within ten seconds of being back.
 */
export function serviceOptions(name: ServiceName): ServiceOptions {
  return {
    url: address,
    credentials: () => ({ 'x-service': name }),
    breaker: { threshold: 3, timeout: 4_000, maxTimeout: 8_000 },
    retry: { maxRetries: 1 },
    timeout: 8_000,
    deadline: 20_000,
    check: '',
  };
}

/**
 * How the browser asks for the supplier's data. A page reads several things at once, and all of them are to be there when the database
 * is back; nobody looks at an empty page for half a minute before they are told.
 *
 * @param projectUrl the project's address, without a slash at its end
 */
export function databaseOptions(projectUrl: string): ServiceOptions {
  return {
    url: `${projectUrl}/rest/v1`,
    breaker: { timeout: 5_000, maxTimeout: 20_000, probes: 5 },
    deadline: 15_000,
  };
}
