import {
  type BreakerEvent,
  type BreakerMetrics,
  type BreakerState,
  type Dashboard,
  DashboardCircuitBreaker,
  type DashboardHealthMonitor,
  DashboardIntegrationClient,
  DashboardPolicy,
  type HealthAlert,
  type HealthHistory,
  type HealthReport,
  type HealthState,
  type HealthStatus,
  RetryManager,
  type ServiceStatus,
} from '@wedsync/dashboard';
import { type ServiceHookOptions, useHealth, useService } from '@wedsync/dashboard/react';
import { expectTypeOf } from 'expect-type';

declare const dashboard: Dashboard;

export async function breakers() {
  const breaker = new DashboardCircuitBreaker({ threshold: 5, timeout: 30_000, resetTimeout: 60_000 });
  expectTypeOf(await breaker.execute(async () => 7)).toEqualTypeOf<number>();
  // What is no promise is its value.
  expectTypeOf(
    await breaker.execute(() => 'now', { signal: AbortSignal.timeout(5) }),
  ).toEqualTypeOf<string>();
  const wrapped = breaker.wrap((id: number, name: string) => ({ id, name }));
  expectTypeOf(wrapped).parameters.toEqualTypeOf<[id: number, name: string]>();
  expectTypeOf(wrapped(1, 'a')).resolves.toEqualTypeOf<{ id: number; name: string }>();
  expectTypeOf(breaker.getState()).toEqualTypeOf<'closed' | 'open' | 'half-open' | 'isolated'>();
  expectTypeOf(breaker.getMetrics()).toEqualTypeOf<BreakerMetrics>();
  expectTypeOf(breaker.onEvent).parameter(0).parameter(0).toEqualTypeOf<BreakerEvent>();
  breaker.onEvent((event) => {
    if (event.type === 'state') expectTypeOf(event.to).toEqualTypeOf<BreakerState>();
    if (event.type === 'rejected') expectTypeOf(event.count).toBeNumber();
    // @ts-expect-error Only a change of state has a reason.
    if (event.type === 'probe') event.reason;
  });
  // @ts-expect-error There is no such detector.
  new DashboardCircuitBreaker({ detector: { kind: 'sampling' } });
  // @ts-expect-error Times are numbers, in milliseconds.
  new DashboardCircuitBreaker({ timeout: '30s' });
}

export async function retries() {
  const retry = new RetryManager({
    maxRetries: 3,
    jitter: true,
    onRetry: ({ delay }) => expectTypeOf(delay).toBeNumber(),
  });
  expectTypeOf(await retry.execute(({ attempt }) => attempt)).toEqualTypeOf<number>();
  // @ts-expect-error There is no such jitter.
  new RetryManager({ jitter: 'spaced' });
}

export async function policies() {
  const policy = new DashboardPolicy({ breaker: false, retry: { maxRetries: 1 }, hedge: 200 });
  expectTypeOf(policy.breaker).toEqualTypeOf<DashboardCircuitBreaker | undefined>();
  const value = await policy.execute(async ({ signal }) => signal.aborted, {
    fallbacks: [() => true],
    fallback: false,
  });
  expectTypeOf(value).toEqualTypeOf<boolean>();
  // @ts-expect-error `true` says nothing: options, or false.
  new DashboardPolicy({ breaker: true });
  // @ts-expect-error A fallback gives what the operation would have given.
  policy.execute(async (): Promise<number> => 7, { fallback: 'seven' });
}

export async function services() {
  const integrations = new DashboardIntegrationClient({ services: { calendar: { url: '/calendar' } } });
  expectTypeOf(await integrations.request('calendar', '/')).toBeUnknown();
  expectTypeOf(await integrations.request<string[]>('calendar', '/')).toEqualTypeOf<string[]>();
  expectTypeOf(integrations.fetch('calendar')).toEqualTypeOf<typeof fetch>();
  expectTypeOf(integrations.status('calendar')).toEqualTypeOf<ServiceStatus>();
  integrations.on('service', ({ name, state }) => {
    expectTypeOf(name).toBeString();
    expectTypeOf(state).toEqualTypeOf<HealthState>();
  });
  // @ts-expect-error A service needs an address.
  integrations.register('payments', {});
  // @ts-expect-error An answer is read as JSON, text or bytes.
  integrations.request('calendar', '/', { as: 'stream' });
  expectTypeOf(dashboard.integrations).toEqualTypeOf<DashboardIntegrationClient>();
}

export async function health() {
  expectTypeOf(dashboard.health).toEqualTypeOf<DashboardHealthMonitor>();
  const { health } = dashboard;
  expectTypeOf(health.startMonitoring).parameters.toEqualTypeOf<[intervalMs?: number | undefined]>();
  expectTypeOf(health.getOverallHealth()).toEqualTypeOf<'healthy' | 'degraded' | 'unhealthy'>();
  expectTypeOf(health.getHealthStatus()).toEqualTypeOf<HealthStatus>();
  expectTypeOf(health.registerCheck('printer', async (signal) => !signal.aborted)).toEqualTypeOf<
    () => void
  >();
  expectTypeOf(await health.history('database')).toEqualTypeOf<HealthHistory>();
  expectTypeOf(await health.report()).toEqualTypeOf<HealthReport>();
  health.onAlert((alert) => expectTypeOf(alert).toEqualTypeOf<HealthAlert>());
  // @ts-expect-error A check is asked by a function.
  health.registerCheck('printer', { critical: true });
}

export function Component() {
  const service = useService<string[]>('calendar');
  expectTypeOf(service.data).toEqualTypeOf<string[] | undefined>();
  expectTypeOf(service.age).toEqualTypeOf<number | null>();
  expectTypeOf(service.refresh).toEqualTypeOf<() => void>();
  expectTypeOf<ServiceHookOptions>().toEqualTypeOf<{
    path?: string | undefined;
    every?: number | undefined;
  }>();
  expectTypeOf(useHealth()).toEqualTypeOf<HealthStatus>();
}
