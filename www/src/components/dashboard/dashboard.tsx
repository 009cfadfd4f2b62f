'use client';

import { Button } from '@heroui/react';
import { CloudOff } from 'lucide-react';
import { useMemo } from 'react';
import { useSupplierData } from '@/data/supplier-data';
import { useWorkplace } from '@/data/workplace';
import { calendarDay } from '@/lib/dates';
import { summarise } from '@/lib/overview';
import { Problem } from '../problem';
import { ServiceNotices } from '../services/service-notices';
import { ServicePanel } from '../services/service-panel';
import { StateMessage } from '../state-message';
import { useNow } from '../use-now';
import { ActivityPanel } from './activity-panel';
import { ConnectionProblem } from './connection-problem';
import { DashboardSkeleton } from './dashboard-skeleton';
import { MetricTiles } from './metric-tiles';
import { PageHeading } from './page-heading';
import { QuickActions } from './quick-actions';
import { UpcomingWeddings } from './upcoming-weddings';

/** Everything a supplier wants to know on opening the laptop, kept live. */
export function Dashboard() {
  const { member } = useWorkplace();
  const now = useNow();
  const today = calendarDay(now);
  const { pipeline, feed, quickActions } = useSupplierData();
  const overview = useMemo(
    () => (pipeline.value === null ? null : summarise(pipeline.value, now, today)),
    [pipeline.value, now, today],
  );
  const refresh = () => {
    pipeline.refresh();
    feed.refresh();
    quickActions.refresh();
  };
  const busy = pipeline.busy || feed.busy;
  const problem = pipeline.problem ?? feed.problem;
  // Of what this device has kept the notice above the page tells.
  const isKept = pipeline.keptAt !== null || feed.keptAt !== null;

  if (overview === null || feed.items === null) {
    if (problem === null || busy) return <DashboardSkeleton />;
    return (
      <div className="panel mx-auto max-w-lg py-4">
        <StateMessage
          icon={CloudOff}
          level={1}
          urgent
          title="The dashboard could not be read"
          action={<Button onPress={refresh}>Try again</Button>}
        >
          {problem}
        </StateMessage>
      </div>
    );
  }
  return (
    <div data-testid="dashboard-content">
      <div data-testid="dashboard-loaded">
        <PageHeading name={member.display_name} now={now} today={today} />
        <div className="mt-5 grid gap-3 empty:hidden">
          <ConnectionProblem />
          <ServiceNotices />
          {problem && !isKept ? (
            <Problem
              action={
                <Button size="sm" variant="danger-soft" onPress={refresh}>
                  Try again
                </Button>
              }
            >
              What you see may be out of date. {problem}
            </Problem>
          ) : null}
        </div>
        <MetricTiles overview={overview} today={today} />
        <div className="mt-6 grid items-start gap-6 lg:grid-cols-[minmax(0,1.65fr)_minmax(0,1fr)]">
          <div className="grid min-w-0 gap-6">
            <UpcomingWeddings weddings={overview.weddings} today={today} />
            <ServicePanel name="calendar" today={today} />
            <QuickActions venues={quickActions.value?.venues ?? []} onRefresh={refresh} busy={busy} />
          </div>
          <div className="grid min-w-0 gap-6">
            <ActivityPanel items={feed.items} arrived={feed.arrived} live={feed.live} now={now} />
            <ServicePanel name="payments" today={today} />
          </div>
        </div>
      </div>
    </div>
  );
}
