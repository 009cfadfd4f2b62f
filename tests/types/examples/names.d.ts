// What the examples of guides and TSDoc take for granted: the application's own, what an earlier example has made, and
// what TSDoc does not import.

type Package = typeof import('@wedsync/dashboard');
declare const DashboardCircuitBreaker: Package['DashboardCircuitBreaker'];
declare const DashboardError: Package['DashboardError'];
declare const DashboardIntegrationClient: Package['DashboardIntegrationClient'];
declare const DashboardPolicy: Package['DashboardPolicy'];
declare const RetryManager: Package['RetryManager'];
declare const createDashboard: Package['createDashboard'];
declare const createClient: typeof import('@supabase/supabase-js').createClient;
declare const useHealth: typeof import('@wedsync/dashboard/react').useHealth;
declare const useService: typeof import('@wedsync/dashboard/react').useService;

declare const supabase: import('@supabase/supabase-js').SupabaseClient;
declare const dashboard: import('@wedsync/dashboard').Dashboard;
declare const integrations: import('@wedsync/dashboard').DashboardIntegrationClient;
declare const health: import('@wedsync/dashboard').DashboardHealthMonitor;
declare const breaker: import('@wedsync/dashboard').DashboardCircuitBreaker;
declare const policy: import('@wedsync/dashboard').DashboardPolicy;

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
declare const cache: { get(key: string): Promise<Forecast | undefined> };
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
