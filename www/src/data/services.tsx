'use client';

import type { ServiceView } from '@wedsync/dashboard';
import { useService } from '@wedsync/dashboard/react';
import { createContext, use, useMemo } from 'react';
import { type Availability, readAvailability } from '@/lib/availability';
import type { ServiceName } from '@/lib/external/services';
import { type Payouts, readPayouts } from '@/lib/payouts';

const ServicesContext = createContext<readonly ServiceName[]>([]);

/** Gives the services that this deployment uses. */
export const ServicesProvider = ServicesContext;

/** The services of other companies that this deployment uses. */
export function useServiceNames(): readonly ServiceName[] {
  return use(ServicesContext);
}

/** Milliseconds between reads while the page is seen: a service that fails is noticed within as many. */
const every = 10_000;

/** A service as it is shown, whoever looks: all components share one read. */
export function useExternalService(name: ServiceName): ServiceView<unknown> {
  return useService(name, { path: '', every });
}

/** What a service has answered, checked: it is another company's, and may change. */
export interface Shown<Value> extends Pick<ServiceView, 'age' | 'error'> {
  /** `null` before the first read. */
  value: Value | null;
  /** It was read, and makes no sense. */
  isUnreadable: boolean;
}

export function useAvailability(): Shown<Availability[]> {
  return useShown('calendar', readAvailability);
}

export function usePayouts(): Shown<Payouts> {
  return useShown('payments', readPayouts);
}

function useShown<Value>(name: ServiceName, read: (data: unknown) => Value | null): Shown<Value> {
  const { data, age, error } = useExternalService(name);
  const value = useMemo(() => (data === undefined ? null : read(dataOf(data))), [data, read]);
  return { value, age, error, isUnreadable: data !== undefined && value === null };
}

/** The route's answer is `{ service, data, at }`. */
function dataOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : undefined;
}
