import type { CacheKey } from '@wedsync/dashboard';
import { clientRecord } from './values.js';

/**
 * How what is cached is told apart. `record`: by one parameter, as the couples of a list are. `resource`: by the names alone, some dozens,
 * as the tiles of a dashboard are. `names`: by names alone, ten thousand: more than any memory of names holds. `filters`: by six parameters,
 * one of them a list, with text that JSON has to escape, each text made anew.
 */
export type KeyKind = 'record' | 'resource' | 'names' | 'filters';

/** Makes the nth key anew, for this package and for a client whose keys are arrays. */
export interface KeyMaker {
  /** How many keys there are. */
  count: number;
  ours(n: number): CacheKey;
  theirs(n: number): readonly unknown[];
}

const suppliers = Array.from(
  { length: 5 },
  (_, n) => `53000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
);
const resources = [
  'overview',
  'pipeline',
  'revenue',
  'enquiries',
  'tasks',
  'calendar',
  'messages',
  'reviews',
];
const statuses = ['enquiry', 'viewing', 'proposal', 'booked'];

/** The keys of a kind, at most so many. */
export function keysOf(kind: KeyKind, most: number): KeyMaker {
  const supplierOf = (n: number) => suppliers[n % suppliers.length] ?? '';
  if (kind === 'resource') {
    const count = Math.min(most, suppliers.length * resources.length);
    const resourceOf = (n: number) => resources[Math.floor(n / suppliers.length) % resources.length] ?? '';
    return {
      count,
      ours: (n) => ({ namespace: 'metrics', supplierId: supplierOf(n), resource: resourceOf(n) }),
      theirs: (n) => ['metrics', supplierOf(n), resourceOf(n)],
    };
  }
  if (kind === 'filters') {
    return {
      count: most,
      ours: (n) => ({
        namespace: 'clients',
        supplierId: supplierOf(n),
        resource: 'list',
        params: filters(n),
      }),
      theirs: (n) => ['clients', supplierOf(n), 'list', filters(n)],
    };
  }
  const ids = Array.from({ length: most }, (_, n) => clientRecord(n).id);
  const idOf = (n: number) => ids[n] ?? '';
  if (kind === 'names') {
    return {
      count: most,
      ours: (n) => ({ namespace: 'clients', supplierId: supplierOf(n), resource: idOf(n) }),
      theirs: (n) => ['clients', supplierOf(n), idOf(n)],
    };
  }
  return {
    count: most,
    ours: (n) => ({
      namespace: 'clients',
      supplierId: supplierOf(n),
      resource: 'record',
      params: { id: idOf(n) },
    }),
    theirs: (n) => ['clients', supplierOf(n), 'record', { id: idOf(n) }],
  };
}

function filters(n: number): Record<string, unknown> {
  return {
    status: [statuses[n % 4], statuses[(n + 1) % 4]],
    search: `Zoë & "Jo" ${n}`,
    from: `2027-${n % 12}-01`,
    page: n,
    confirmed: n % 2 === 0,
    assignee: null,
  };
}
