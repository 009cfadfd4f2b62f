'use client';

import { useHealth } from '@wedsync/dashboard/react';
import { useExternalService, useServiceNames } from '@/data/services';
import { useHistories } from '@/data/use-histories';
import { useOnline } from '@/data/use-online';
import type { ServiceName } from '@/lib/external/services';
import { verdictOf } from '@/lib/health/verdict';
import { deviceChecks } from '@/lib/health/words';
import { useNow } from '../use-now';
import { AlertsPanel } from './alerts-panel';
import { BreakersPanel } from './breakers-panel';
import { CheckCard } from './check-card';
import { DevicePanel } from './device-panel';
import { ExportButton } from './export-button';
import { NotifyButton } from './notify-button';
import { VerdictPanel } from './verdict-panel';

/** The order of what a supplier cares about; other checks come after these. */
const order = ['database', 'realtime', 'calendar', 'payments', ...deviceChecks];

/** How everything stands that the dashboard depends on, live. */
export function HealthPage() {
  const health = useHealth();
  const isOnline = useOnline();
  const status = { ...health, offline: health.offline || !isOnline };
  const histories = useHistories();
  const services = useServiceNames();
  const now = useNow(5_000);
  const all = Object.values(status.checks).sort((one, other) => rank(one.name) - rank(other.name));
  const depends = all.filter(({ name }) => !deviceChecks.includes(name));
  return (
    <div data-testid="health-page" className="mt-6">
      {services.map((name) => (
        <Watched key={name} name={name} />
      ))}
      <VerdictPanel
        verdict={verdictOf(status)}
        actions={
          <>
            <ExportButton />
            <NotifyButton />
          </>
        }
      />
      <section aria-labelledby="depends" className="mt-9">
        <h2 id="depends" className="font-display text-2xl leading-8 tracking-tight">
          What your dashboard depends on
        </h2>
        <div className="mt-4 grid items-start gap-6 md:grid-cols-2">
          {depends.map((check) => (
            <CheckCard key={check.name} check={check} history={histories[check.name]} now={now} />
          ))}
        </div>
      </section>
      <div className="mt-6 grid items-start gap-6 md:grid-cols-2">
        <div className="grid min-w-0 gap-6">
          <BreakersPanel />
          <AlertsPanel now={now} />
        </div>
        <DevicePanel checks={all.filter(({ name }) => deviceChecks.includes(name))} />
      </div>
    </div>
  );
}

/** Somebody looks: a service is asked as often as on the dashboard, not as rarely as where nobody does. */
function Watched({ name }: { name: ServiceName }) {
  useExternalService(name);
  return null;
}

function rank(name: string): number {
  const at = order.indexOf(name);
  return at < 0 ? order.length : at;
}
