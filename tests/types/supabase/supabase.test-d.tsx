// A client of supabase-js itself, of whatever schema, in the place of `url`, `key` and `accessToken`.
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import {
  createDashboard,
  type Dashboard,
  RealtimeSubscriptionManager,
  type SupabaseClientLike,
} from '@wedsync/dashboard';
import { DashboardProvider } from '@wedsync/dashboard/react';
import { expectTypeOf } from 'expect-type';

interface Schema {
  Tables: {
    clients: { Row: { id: string }; Insert: { id: string }; Update: { id?: string }; Relationships: [] };
  };
  Views: Record<string, never>;
  Functions: Record<string, never>;
}

interface Database {
  public: Schema;
  sales: Schema;
}

const supabase = createClient('https://ref.supabase.co', 'key');
const typed = createClient<Database>('https://ref.supabase.co', 'key');
const otherSchema = createClient<Database, 'sales'>('https://ref.supabase.co', 'key', {
  db: { schema: 'sales' },
});

expectTypeOf<SupabaseClient>().toExtend<SupabaseClientLike>();
expectTypeOf<SupabaseClient<Database>>().toExtend<SupabaseClientLike>();
expectTypeOf(createDashboard({ supabase })).resolves.toEqualTypeOf<Dashboard>();
createDashboard({ supabase: typed, wasmUrl: '/dashboard.wasm', heartbeatIntervalMs: 20_000 });
createDashboard({ supabase: otherSchema, url: 'https://proxy.example' });
expectTypeOf(RealtimeSubscriptionManager).toBeConstructibleWith({ supabase });

// @ts-expect-error the session is the source of the token
createDashboard({ supabase, accessToken: () => null });
// @ts-expect-error not a client of supabase-js
createDashboard({ supabase: { auth: {} } });
// @ts-expect-error an option nobody knows
createDashboard({ supabase, retries: 3 });

export function App() {
  return <DashboardProvider options={{ supabase: typed }} />;
}
