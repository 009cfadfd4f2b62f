import { copied } from '../arguments.js';
import type { Client } from '../client.js';
import type { ServiceOptions } from '../options/service.js';

/** The project's own services, and what the application adds; it may set others of their options. */
export function projectServices(
  { project, token }: Client,
  given: Record<string, Partial<ServiceOptions>> = {},
): Record<string, ServiceOptions> {
  const { database, realtime, ...others } = copied('services', given);
  const credentials = (wasRefused: boolean) => token.headers(wasRefused);
  const own = (path: string, options: Partial<ServiceOptions> = {}): ServiceOptions => ({
    url: project + path,
    credentials,
    ...options,
  });
  return {
    database: own('/rest/v1', { critical: true, check: '/', ...database }),
    realtime: own('/realtime/v1', realtime),
    // Of these the address is asked for where they are checked.
    ...(others as Record<string, ServiceOptions>),
  };
}
