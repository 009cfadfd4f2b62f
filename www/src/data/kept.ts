import type { CacheKeepOptions } from '@wedsync/dashboard';

/** Raised whenever what is read has another shape: a page of one build shows nothing that another has kept. */
const version = 1;

/** Milliseconds for which what was read is not read again by itself, unless told otherwise, and for which it may yet be shown after that. */
const ttl = 300_000;
const staleTtl = 30 * 86_400_000;

/** How something that was read is kept. */
export interface Keeping {
  /** Milliseconds for which it is not read again by itself. */
  ttl?: number;
  /** Tables whose changes make it invalid: it is read again then. */
  dependsOn?: string[];
}

/** What the screens show of a supplier, and how it is kept. Quick actions change seldom. */
export const screens = {
  pipeline: { dependsOn: ['clients'] },
  activity: {},
  'quick-actions': { ttl: 1_800_000 },
} satisfies Record<string, Keeping>;

/** What something that was read is kept under, but for whose it is. */
export function keptAs(resource: string) {
  return { namespace: 'screens', resource, params: { version } };
}

/** The cache's options for it. */
export function keepOptions(keeping: Keeping): CacheKeepOptions {
  return { ttl, staleTtl, ...keeping };
}
