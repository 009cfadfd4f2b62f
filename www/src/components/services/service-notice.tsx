'use client';

import { CalendarOff, type LucideIcon, WalletCards } from 'lucide-react';
import { useExternalService } from '@/data/services';
import { degradedSentence, failingSentence } from '@/lib/degraded';
import type { ServiceName } from '@/lib/external/services';

const icons: Record<ServiceName, LucideIcon> = { calendar: CalendarOff, payments: WalletCards };

/**
 * What is affected while a service fails, how old what is shown is, and when it is read again. That is said once for screen readers, not at
 * each attempt; for eyes a line runs until the next one.
 */
export function ServiceNotice({ name }: { name: ServiceName }) {
  const { error, age, retryAt } = useExternalService(name);
  if (error === null) return null;
  const Icon = icons[name];
  const retryIn = retryAt === null ? null : retryAt - Date.now();
  return (
    <div
      role="status"
      aria-atomic="false"
      data-testid="service-degraded-notice"
      data-service={name}
      className="relative flex gap-3.5 overflow-hidden rounded-xl border border-warning/40 bg-surface px-4 py-3.5 sm:px-5"
    >
      <span className="grid size-9 shrink-0 place-items-center rounded-full bg-warning-soft text-warning-soft-foreground">
        <Icon aria-hidden className="size-4.5" />
      </span>
      <div className="min-w-0 text-sm leading-5">
        <p className="font-medium">{failingSentence(name)}</p>
        <p aria-live="off" className="mt-0.5 text-pretty text-muted">
          {degradedSentence(name, age, retryIn)}
        </p>
      </div>
      {retryIn !== null && retryIn > 0 ? (
        <span
          key={retryAt}
          aria-hidden
          className="until-retry absolute inset-x-0 bottom-0 h-0.5 origin-left bg-warning"
          style={{ animationDuration: `${retryIn}ms` }}
        />
      ) : null}
    </div>
  );
}
