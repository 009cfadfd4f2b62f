import {
  type AccessToken,
  type Broadcast,
  type Continuity,
  createDashboard,
  type Dashboard,
  DashboardError,
  init,
  type PostgresChange,
  type PresenceEvent,
  type PresenceState,
  type RealtimeStats,
  RealtimeSubscriptionManager,
  type SubscriptionStatus,
} from '@wedsync/dashboard';
import { expectTypeOf } from 'expect-type';

interface Client {
  id: string;
  name: string;
}

declare const realtime: RealtimeSubscriptionManager;

// The module is loaded once, from a place of the caller's choice.
expectTypeOf(init).returns.resolves.toBeVoid();
expectTypeOf(init).toBeCallableWith();
expectTypeOf(init).toBeCallableWith({ wasmUrl: new URL('https://cdn.example/dashboard.wasm') });

// A dashboard needs an address and a key.
expectTypeOf(createDashboard).returns.resolves.toEqualTypeOf<Dashboard>();
expectTypeOf<Dashboard['realtime']>().toEqualTypeOf<RealtimeSubscriptionManager>();
createDashboard({ url: 'https://ref.supabase.co', key: 'key' });
// @ts-expect-error the key is missing
createDashboard({ url: 'https://ref.supabase.co' });
// @ts-expect-error an option nobody knows
createDashboard({ url: 'https://ref.supabase.co', key: 'key', retries: 3 });

// A manager may be made before `init`.
expectTypeOf(RealtimeSubscriptionManager).toBeConstructibleWith({
  url: 'wss://ref.supabase.co',
  key: 'key',
  accessToken: async () => 'token',
  heartbeatIntervalMs: 20_000,
});
expectTypeOf<string | null>().toExtend<AccessToken>();
expectTypeOf<() => Promise<string | null>>().toExtend<AccessToken>();

// What a subscription is given follows from what it asks for.
expectTypeOf(realtime.subscribe).returns.resolves.toBeVoid();
realtime.subscribe('activity', {
  channel: 'supplier:7',
  table: 'activity',
  event: 'INSERT',
  filter: 'supplier_id=eq.7',
  onData: (change: PostgresChange<Client>) => {
    expectTypeOf(change.type).toEqualTypeOf<'INSERT' | 'UPDATE' | 'DELETE'>();
    expectTypeOf(change.record).toEqualTypeOf<Client | undefined>();
    expectTypeOf(change.old_record).toEqualTypeOf<Partial<Client> | undefined>();
    expectTypeOf(change.commit_timestamp).toEqualTypeOf<string | null>();
  },
});
realtime.subscribe('notices', {
  channel: 'supplier:7',
  event: 'clients_changed',
  private: true,
  self: true,
  onData: (message: Broadcast<{ client_id: string }>) => {
    expectTypeOf(message.payload.client_id).toBeString();
    expectTypeOf(message.meta).toEqualTypeOf<{ id?: string; replayed?: boolean } | undefined>();
  },
  onError: (error) => expectTypeOf(error).toEqualTypeOf<DashboardError>(),
  onStatus: (status) => expectTypeOf(status).toEqualTypeOf<SubscriptionStatus>(),
  onContinuity: (continuity) => expectTypeOf(continuity).toEqualTypeOf<Continuity>(),
});
// Without a word from the caller, the options say what the callback is given.
realtime.subscribe('x', {
  channel: 'c',
  onData: (message) => expectTypeOf(message.meta?.id).toEqualTypeOf<string | undefined>(),
});
realtime.subscribe('x', {
  channel: 'c',
  table: 't',
  onData: (change) => expectTypeOf(change.table).toBeString(),
});
realtime.subscribe('x', {
  channel: 'c',
  schema: 's',
  onData: (change) => expectTypeOf(change.schema).toBeString(),
});
// @ts-expect-error a filter without a table
realtime.subscribe('x', { channel: 'c', filter: 'id=eq.1', onData: () => {} });
// @ts-expect-error the rows of a whole schema are not filtered
realtime.subscribe('x', { channel: 'c', schema: 's', filter: 'id=eq.1', onData: () => {} });
// @ts-expect-error a subscription without a channel
realtime.subscribe('x', { onData: () => {} });
// @ts-expect-error a subscription without a callback
realtime.subscribe('x', { channel: 'supplier:7' });
// @ts-expect-error UPSERT is not a change of a table
realtime.subscribe('x', { channel: 'c', table: 'clients', event: 'UPSERT', onData: () => {} });
// @ts-expect-error `self` belongs to broadcasts
realtime.subscribe('x', { channel: 'c', table: 'clients', self: true, onData: () => {} });

// Presence, several bindings and batches say what they give.
interface Place {
  at: string;
}
realtime.subscribe('team', {
  channel: 'team',
  presence: { key: 'amelia' },
  onData: (event: PresenceEvent<Place>) => {
    if (event.type === 'sync') expectTypeOf(event.state).toEqualTypeOf<PresenceState<Place>>();
    else expectTypeOf(event.currentPresences[0]?.at).toEqualTypeOf<string | undefined>();
    if (event.type === 'leave')
      expectTypeOf(event.leftPresences[0]?.presence_ref).toEqualTypeOf<string | undefined>();
    // @ts-expect-error who leaves brings nothing new
    if (event.type === 'leave') event.newPresences;
  },
});
expectTypeOf(realtime.presenceState<Place>('team')).toEqualTypeOf<PresenceState<Place>>();
realtime.subscribe('all', {
  channel: 'all',
  changes: [{ table: 'clients', event: 'INSERT' }, { schema: 'sales' }],
  onData: (change: PostgresChange<Client>) => expectTypeOf(change.record).toEqualTypeOf<Client | undefined>(),
});
realtime.subscribe('positions', {
  channel: 'positions',
  deliver: { latestBy: 'payload.van', everyMs: 500 },
  onData: (messages: Broadcast<Place>[]) =>
    expectTypeOf(messages[0]?.payload.at).toEqualTypeOf<string | undefined>(),
});
realtime.subscribe('replayed', {
  channel: 'x',
  private: true,
  replay: { since: new Date(), limit: 5 },
  onData: ({ meta }) => expectTypeOf(meta?.replayed).toEqualTypeOf<boolean | undefined>(),
});
// @ts-expect-error presence has no table
realtime.subscribe('x', { channel: 'c', presence: true, table: 't', onData: () => {} });
// @ts-expect-error each binding names a table or a schema
realtime.subscribe('x', { channel: 'c', changes: [{ event: 'INSERT' }], onData: () => {} });
// @ts-expect-error what is said by HTTP is an object or bytes
realtime.httpSend('c', 'event', 'text');
expectTypeOf(realtime.track).parameters.toEqualTypeOf<[string, Record<string, unknown>]>();

// Reading the state is synchronous.
expectTypeOf(realtime.getConnectionStatus()).toBeBoolean();
expectTypeOf(realtime.stats()).toEqualTypeOf<RealtimeStats>();

// Each event has its own payload.
realtime.on('connected', (nothing) => expectTypeOf(nothing).toBeUndefined());
realtime.once('disconnected', ({ code, reason }) => {
  expectTypeOf(code).toBeNumber();
  expectTypeOf(reason).toBeString();
});
realtime.on('error', ({ id, error }) => {
  expectTypeOf(id).toEqualTypeOf<string | undefined>();
  expectTypeOf(error).toEqualTypeOf<DashboardError>();
});
realtime.on('max-reconnect-attempts', ({ id }) => expectTypeOf(id).toBeString());
// @ts-expect-error there is no such event
realtime.on('conected', () => {});

// One error type, with a stable code.
declare const error: DashboardError;
expectTypeOf(error).toExtend<Error>();
expectTypeOf(error.code).toBeString();
expectTypeOf(error.retryable).toBeBoolean();
expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
// @ts-expect-error a code is for reading
error.code = 'other';
expectTypeOf(DashboardError).toBeConstructibleWith('network', 'The network is away: try again.', {
  retryable: true,
});
