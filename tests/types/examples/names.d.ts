// What the examples of guides and TSDoc take for granted: the application's own, what an earlier example has made, and
// what TSDoc does not import.

type Package = typeof import('@wedsync/dashboard');
declare const DashboardCircuitBreaker: Package['DashboardCircuitBreaker'];
declare const DashboardError: Package['DashboardError'];
declare const DashboardIntegrationClient: Package['DashboardIntegrationClient'];
declare const DashboardPolicy: Package['DashboardPolicy'];
declare const RetryManager: Package['RetryManager'];
declare const createDashboard: Package['createDashboard'];
declare const createCacheHandler: typeof import('@wedsync/dashboard/server').createCacheHandler;
declare const createClient: typeof import('@supabase/supabase-js').createClient;
declare const cachePersister: Package['cachePersister'];
declare const useMemo: typeof import('react').useMemo;
declare const useResource: typeof import('@wedsync/dashboard/react').useResource;
declare const PersistQueryClientProvider: typeof import('@tanstack/react-query-persist-client').PersistQueryClientProvider;
declare const queryClient: import('@tanstack/react-query').QueryClient;
declare const useHealth: typeof import('@wedsync/dashboard/react').useHealth;
declare const useService: typeof import('@wedsync/dashboard/react').useService;

declare const supabase: import('@supabase/supabase-js').SupabaseClient;
declare const dashboard: import('@wedsync/dashboard').Dashboard;
declare const integrations: import('@wedsync/dashboard').DashboardIntegrationClient;
declare const health: import('@wedsync/dashboard').DashboardHealthMonitor;
declare const breaker: import('@wedsync/dashboard').DashboardCircuitBreaker;
declare const policy: import('@wedsync/dashboard').DashboardPolicy;

interface Client {
  id: string;
}
interface Metrics {
  enquiries: number;
}
type PostgresChange<Row> = import('@wedsync/dashboard').PostgresChange<Row>;
declare const cache: import('@wedsync/dashboard').DashboardCacheManager;
declare const overview: import('@wedsync/dashboard').CacheKey;
declare const pipeline: import('@wedsync/dashboard').CacheKey;
declare const supplierId: string;
declare const accessToken: () => Promise<string>;
declare const row: Client;
declare function readMetrics(supplierId: string, signal: AbortSignal): Promise<Metrics>;
declare const signal: AbortSignal;
declare function readScreens(
  supplierId: string,
  signal: AbortSignal,
): Promise<{ pipeline: Client[]; quickActions: { venues: string[] } }>;
declare function fetchOverview(): Promise<Metrics>;
declare function withChange(clients: Client[], change: unknown): Client[];
declare function Failure(props: { error: Error; onRetry?: () => void }): import('react').ReactElement;
declare function Tiles(props: {
  metrics: Metrics;
  age: number | null;
  isBusy?: boolean;
}): import('react').ReactElement;
declare function Skeleton(): import('react').ReactElement;
declare function App(): import('react').ReactElement;

interface Day {
  date: string;
  availability: 'free' | 'booked';
}
interface Forecast {
  degrees: number;
}
declare const url: string;
declare const key: string;
declare const token: string;
declare const date: string;
declare const text: string;
declare const holdId: string;
declare const controller: AbortController;
declare const notifyButton: HTMLButtonElement;
declare const forecasts: { get(day: string): Promise<Forecast | undefined> };
declare const lastForecast: Forecast;
declare const noForecast: Forecast;
declare function readForecast(signal?: AbortSignal, attempt?: number): Promise<Forecast>;
declare function searchBookings(text: string, signal: AbortSignal): Promise<string[]>;
declare function paymentsToken(isAnother: boolean): Promise<string>;
declare function show(...values: unknown[]): void;
declare function showBanner(text: string): void;
declare function showLastForecast(retryAfter: number | undefined): void;
declare function markInMenu(name: string, state: import('@wedsync/dashboard').HealthState): void;
declare function toast(text: string): void;
declare function Notice(props: { age: number | null; retryAt: number | null }): import('react').ReactElement;
declare function Days(props: { days: Day[]; isOld?: boolean }): import('react').ReactElement;

/** What Node.js has. */
declare const process: { env: Record<string, string | undefined> };
