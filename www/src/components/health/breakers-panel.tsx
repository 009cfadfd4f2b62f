'use client';

import { useServiceStatuses } from '@/data/use-service-statuses';
import { Panel } from '../dashboard/panel';
import { BreakerCard } from './breaker-card';

/** What is let through to each service. */
export function BreakersPanel() {
  const statuses = useServiceStatuses();
  return (
    <Panel title="Breakers">
      <p className="px-5 pb-4 text-sm text-pretty text-muted sm:px-6">
        A service that fails is left alone for a while, so that it can recover and nobody waits for it in
        vain.
      </p>
      <ul>
        {statuses.map(({ name, ...status }) => (
          <BreakerCard key={name} name={name} status={status} />
        ))}
      </ul>
    </Panel>
  );
}
