import type {
  CacheState,
  Dashboard,
  DashboardError,
  PostgresChange,
  ResourceView,
  SubscriptionStatus,
} from '@wedsync/dashboard';
import {
  DashboardProvider,
  type ResourceOptions,
  type UsedResource,
  useConnection,
  useDashboard,
  usePresence,
  useResource,
  useSubscription,
} from '@wedsync/dashboard/react';
import { expectTypeOf } from 'expect-type';

interface Activity {
  id: number;
  summary: string;
}

export function Page() {
  // Until the module is loaded there is no dashboard, and a component has to say what it shows then.
  expectTypeOf(useDashboard()).toEqualTypeOf<Dashboard | null>();

  const connection = useConnection();
  expectTypeOf(connection.connected).toBeBoolean();
  expectTypeOf(connection.state).toEqualTypeOf<'idle' | 'connecting' | 'connected' | 'disconnected'>();
  expectTypeOf(connection.error).toEqualTypeOf<DashboardError | null>();
  expectTypeOf(connection.role).toEqualTypeOf<'alone' | 'waiting' | 'following' | 'leading'>();
  expectTypeOf(connection.tabs).toBeNumber();
  expectTypeOf(connection.leader).toEqualTypeOf<'heard' | 'silent' | null>();
  expectTypeOf(connection.heartbeats).toEqualTypeOf<'worker' | 'page' | null>();
  expectTypeOf(connection.roundTripMs).toEqualTypeOf<number | null>();

  const subscription = useSubscription({
    channel: 'supplier:7',
    table: 'activity',
    onData: (change: PostgresChange<Activity>) =>
      expectTypeOf(change.record?.summary).toEqualTypeOf<string | undefined>(),
  });
  expectTypeOf(subscription.status).toEqualTypeOf<SubscriptionStatus | 'idle'>();
  expectTypeOf(subscription.error).toEqualTypeOf<DashboardError | null>();

  const presence = usePresence({
    channel: 'supplier:7',
    presenceKey: 'amelia',
    state: { at: 'desk' },
    onError: (error) => expectTypeOf(error).toEqualTypeOf<DashboardError>(),
  });
  expectTypeOf(presence.error).toEqualTypeOf<DashboardError | null>();

  const key = { namespace: 'metrics', supplierId: 's1', resource: 'overview' };
  const options: ResourceOptions = { suspense: false, enabled: true, dependsOn: ['clients'] };
  const resource = useResource(key, async ({ signal }) => ({ open: Number(signal.aborted) }), options);
  expectTypeOf(resource).toEqualTypeOf<UsedResource<{ open: number }>>();
  expectTypeOf(resource).toExtend<ResourceView<{ open: number }>>();
  expectTypeOf(resource.data).toEqualTypeOf<{ open: number } | undefined>();
  expectTypeOf(resource.state).toEqualTypeOf<CacheState | 'missing'>();
  expectTypeOf(resource.error).toEqualTypeOf<DashboardError | null>();
  expectTypeOf(resource.refresh).toEqualTypeOf<() => Promise<void>>();
  useResource(null, () => 1);
  // @ts-expect-error An older value is shown at once.
  useResource(key, () => 1, { softTimeout: 100 });

  // Hooks cannot be called on a condition, so "nothing yet" is an argument.
  useSubscription(null);
  // @ts-expect-error a subscription without a channel
  useSubscription({ onData: () => {} });
  return null;
}

export function App() {
  return (
    <DashboardProvider options={{ url: 'https://ref.supabase.co', key: 'key', accessToken: () => null }}>
      <Page />
    </DashboardProvider>
  );
}

export function WithoutKey() {
  return (
    // @ts-expect-error the key is missing
    <DashboardProvider options={{ url: 'https://ref.supabase.co' }}>
      <Page />
    </DashboardProvider>
  );
}
