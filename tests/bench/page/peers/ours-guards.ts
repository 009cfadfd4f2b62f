import { DashboardCircuitBreaker, DashboardError, DashboardPolicy, init } from '@wedsync/dashboard';
import type { Guard } from '../guards.js';

const isRefusal = (error: unknown) => error instanceof DashboardError && error.code === 'breaker_open';

/** As its README says, once the module is there: five failures in a row open it. */
export async function makeBreakers(): Promise<() => Guard> {
  await init();
  return () => {
    const breaker = new DashboardCircuitBreaker();
    return { execute: (call) => breaker.execute(call), isRefusal };
  };
}

/** Half of the calls of the last ten seconds open it, as the peers have it. */
export async function makeWindowBreakers(): Promise<() => Guard> {
  await init();
  return () => {
    const detector = { kind: 'time', window: 10_000, rate: 50 } as const;
    const breaker = new DashboardCircuitBreaker({ detector });
    return { execute: (call) => breaker.execute(call), isRefusal };
  };
}

/** Retries, a breaker and a timeout, and what a policy has besides. */
export async function combined(): Promise<Guard> {
  await init();
  const policy = new DashboardPolicy({ timeout: 2_000 });
  return { execute: (call) => policy.execute(call), isRefusal };
}
