import type { Dashboard, DashboardError, PostgresChange, SubscriptionStatus } from '@wedsync/dashboard';
import {
  DashboardProvider,
  useConnection,
  useDashboard,
  usePresence,
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
