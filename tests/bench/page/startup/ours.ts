import { createDashboard, type Dashboard } from '@wedsync/dashboard';
import { type ClientRecord, entries } from '../values.js';

const supplierId = '53000000-0000-4000-8000-000000000001';
/** The most that `warmCache` takes at once. */
const together = 1_000;

/** All that an app does before it can subscribe; `createDashboard` calls `init`. */
export async function start(): Promise<void> {
  await createDashboard({ url: 'https://project.invalid', key: 'publishable-key' });
}

/** A visit that leaves values in the cache, after one of another user who has left so many. */
export async function visit(count: number, before: number): Promise<void> {
  if (before > 0) await fill('bob', before);
  await fill('alice', count);
}

/** The next visit of a user who is signed in: the app is set up, and one value of its cache read. */
export async function firstData(key: string): Promise<string | undefined> {
  const { cache } = await dashboardOf('alice');
  const found = await cache.get<ClientRecord>({ supplierId, ...named(key) });
  return found?.data.id;
}

async function fill(user: string, count: number): Promise<void> {
  const dashboard = await dashboardOf(user);
  for (let first = 0; first < count; first += together) {
    const values = entries(first, Math.min(together, count - first));
    const kept = values.map(({ key, value }) => ({ ...named(key), data: value }));
    const { disk } = await dashboard.cache.warmCache(supplierId, kept);
    if (!disk) throw new Error('The disk did not take the values.');
  }
  await dashboard.close();
}

const named = (key: string) => ({ namespace: 'clients', resource: 'record', params: { id: key } });

/** As an app has it whose session lies in `localStorage`: with a token at hand. Nothing answers at the project’s address. */
function dashboardOf(user: string): Promise<Dashboard> {
  return createDashboard({
    url: 'https://project.invalid',
    key: 'publishable-key',
    accessToken: async () => tokenOf(user),
  });
}

function tokenOf(user: string): string {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll('=', '');
  const now = Math.floor(Date.now() / 1_000);
  const claims = { sub: user, role: 'authenticated', iat: now, exp: now + 3_600 };
  return [part({ alg: 'HS256', typ: 'JWT' }), part(claims), part('signature')].join('.');
}
