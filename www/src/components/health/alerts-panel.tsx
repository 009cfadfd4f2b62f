'use client';

import type { HealthAlert } from '@wedsync/dashboard';
import { BellOff } from 'lucide-react';
import { useAlerts } from '@/data/use-alerts';
import { formatAgo, formatMoment } from '@/lib/dates';
import { formatDuration } from '@/lib/durations';
import { checkWords } from '@/lib/health/words';
import { Panel } from '../dashboard/panel';
import { StateMessage } from '../state-message';
import { stateLooks } from './state-look';

const shown = 8;

/** What somebody should have known lately, the newest first. */
export function AlertsPanel({ now }: { now: Date }) {
  const alerts = useAlerts();
  return (
    <Panel title="Recent alerts">
      {alerts.length === 0 ? (
        <StateMessage icon={BellOff} title="Nothing to report">
          When something fails, and when it is back, it is written down here.
        </StateMessage>
      ) : (
        <ol data-testid="health-alerts" className="pb-2">
          {alerts.slice(0, shown).map((alert) => (
            <AlertRow key={`${alert.at} ${alert.name}`} alert={alert} now={now} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function AlertRow({ alert, now }: { alert: HealthAlert; now: Date }) {
  const { icon: Icon, soft } = stateLooks[alert.status];
  const instant = new Date(alert.at);
  return (
    <li className="flex gap-3.5 border-t border-separator px-5 py-3.5 sm:px-6">
      <span className={`mt-0.5 grid size-8 shrink-0 place-items-center rounded-full ${soft}`}>
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0">
        <p className="text-sm leading-5 text-pretty">{sentenceOf(alert)}</p>
        <p className="mt-0.5 text-xs leading-4 text-muted">
          <time dateTime={instant.toISOString()} title={formatMoment(instant)}>
            {formatAgo(now, instant)}
          </time>
          {alert.message ? <span className="wrap-anywhere">, {alert.message}</span> : null}
        </p>
      </div>
    </li>
  );
}

function sentenceOf({ name, status, recovery, reminder, lastedMs }: HealthAlert): string {
  const what = name === 'network' ? 'The network' : checkWords(name).title;
  const lasted = lastedMs >= 1_000 ? formatDuration(lastedMs) : null;
  if (recovery) return `${what}: back${lasted ? ` after ${lasted}` : ''}.`;
  const how = stateLooks[status].word.toLowerCase();
  return `${what}: ${reminder ? 'still ' : ''}${how}${reminder && lasted ? `, for ${lasted}` : ''}.`;
}
