/** A tab that watches services. */
import { createDashboard, type Dashboard } from '@wedsync/dashboard';

let dashboard: Dashboard | undefined;
let answered = 0;

/** Asks so many services, all of which answer, how they are. */
export async function monitor({ services, intervalMs }: { services: number; intervalMs: number }) {
  const service = () => ({ url: location.origin, check: '/steered.html' });
  const names = Array.from({ length: services }, (_, n) => `service-${n}`);
  dashboard = await createDashboard({
    url: 'https://health.example',
    key: 'key',
    services: Object.fromEntries(names.map((name) => [name, service()])),
  });
  const ownFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await ownFetch(input, init);
    if (response.url.endsWith('/steered.html') && response.ok) answered += 1;
    return response;
  };
  await dashboard.health.startMonitoring(intervalMs);
}

/** How many questions were answered well. */
export function answers(): number {
  return answered;
}
