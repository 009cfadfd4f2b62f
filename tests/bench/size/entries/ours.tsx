import { cachePersister, DashboardPolicy, RetryManager } from '@wedsync/dashboard';
import {
  DashboardProvider,
  type DashboardProviderProps,
  useConnection,
  useDashboard,
  useHealth,
  useResource,
  useService,
  useSubscription,
} from '@wedsync/dashboard/react';
import { createRoot } from 'react-dom/client';

/*
 * All that the package can do so far, as its README shows it. What comes to the package and not to this file may be
 * left out by the bundler, and its size would not be counted: each new part is used here too.
 */

function Feed({ supplierId }: { supplierId: string }) {
  const { connected } = useConnection();
  const { status } = useSubscription({
    channel: 'activity',
    table: 'activity',
    filter: `supplier_id=eq.${supplierId}`,
    onData: (change) => console.log(change),
    onContinuity: () => location.reload(),
  });
  return (
    <p role="status">
      {connected ? 'Connected' : 'Disconnected'}, {status}
    </p>
  );
}

const policy = new DashboardPolicy({ timeout: 2_000 });
const retry = new RetryManager();

function Calendar() {
  const { data, age, error, refresh } = useService<string[]>('calendar');
  const { overall } = useHealth();
  const dashboard = useDashboard();
  const pay = () => policy.execute(() => retry.execute(() => fetch('/pay')), { fallback: undefined });
  return (
    <section aria-busy={age === null}>
      {overall}, {error?.code}, {data?.join()}
      <button type="button" onClick={refresh} />
      <button type="button" onClick={pay} />
      <button type="button" onClick={async () => console.log(await dashboard?.health.report())} />
    </section>
  );
}

function Overview({ supplierId }: { supplierId: string }) {
  const dashboard = useDashboard();
  const { data, state, age } = useResource(
    { namespace: 'metrics', supplierId, resource: 'overview' },
    async ({ signal }) => (await (await fetch('/overview', { signal })).json()) as string[],
    { dependsOn: ['clients'], tags: ['metrics'] },
  );
  const restore = () => dashboard && cachePersister(dashboard.cache, supplierId).restoreClient();
  return (
    <p aria-busy={state === 'missing'}>
      {data?.join()}, {age}
      <button type="button" onClick={() => dashboard?.cache.invalidateByTag('metrics')} />
      <button type="button" onClick={restore} />
    </p>
  );
}

const options: DashboardProviderProps['options'] = {
  url: 'https://project.supabase.co',
  key: 'publishable-key',
  accessToken: async () => localStorage.getItem('token'),
  services: { calendar: { url: '/api/calendar' } },
};

createRoot(document.body).render(
  <DashboardProvider options={options}>
    <Feed supplierId="51000000-0000-4000-8000-000000000001" />
    <Calendar />
    <Overview supplierId="51000000-0000-4000-8000-000000000001" />
  </DashboardProvider>,
);
