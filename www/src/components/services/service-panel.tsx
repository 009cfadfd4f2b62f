'use client';

import { useServiceNames } from '@/data/services';
import type { CalendarDay } from '@/lib/dates';
import type { ServiceName } from '@/lib/external/services';
import { CalendarPanel } from './calendar-panel';
import { PaymentsPanel } from './payments-panel';

/** The room of a service on the dashboard; nothing where the deployment does not use it. */
export function ServicePanel({ name, today }: { name: ServiceName; today: CalendarDay }) {
  if (!useServiceNames().includes(name)) return null;
  return name === 'calendar' ? <CalendarPanel today={today} /> : <PaymentsPanel />;
}
