import { type CacheKeepOptions, type CacheKey, createDashboard, type Dashboard } from '@wedsync/dashboard';
import type { ClientRecord } from '../values.js';

/** More than any case fills. */
const enough = 100_000_000;
/** The most that `warmCache` takes at once. */
const together = 1_000;

/** A dashboard whose cache is by itself: no server is there. A project of its own is what a database of its own is to others. */
export function openOursCache(name: string, memoryBytes = enough): Promise<Dashboard> {
  return createDashboard({
    url: `https://${name}.example`,
    key: 'key',
    cache: { memoryBytes, devices: false, tables: 'none' },
  });
}

/** A value with its key, and how it is kept. */
export interface KeyedValue extends CacheKeepOptions {
  key: CacheKey;
  data: ClientRecord;
}

/** Sets many values; resolves once all are on the disk. */
export async function fillOurs({ cache }: Dashboard, values: readonly KeyedValue[]): Promise<void> {
  const bySupplier = new Map<string, KeyedValue[]>();
  for (const value of values) {
    const own = bySupplier.get(value.key.supplierId) ?? [];
    bySupplier.set(value.key.supplierId, own);
    own.push(value);
  }
  for (const [supplierId, own] of bySupplier) {
    for (let at = 0; at < own.length; at += together) {
      const entries = own
        .slice(at, at + together)
        .map(({ key: { namespace, resource, params }, ...value }) => ({
          namespace,
          resource,
          params,
          ...value,
        }));
      const { disk } = await cache.warmCache(supplierId, entries);
      if (!disk) throw new Error('The cache could not be filled: the disk did not take it.');
    }
  }
}
