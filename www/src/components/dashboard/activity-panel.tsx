'use client';

import { Button } from '@heroui/react';
import { Sparkles } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Activity } from '@/data/types';
import { StateMessage } from '../state-message';
import { ActivityEntry } from './activity-entry';
import { Panel } from './panel';
import { RealtimeIndicator } from './realtime-indicator';

const shownAtFirst = 10;

interface ActivityPanelProps {
  items: readonly Activity[];
  arrived: readonly Activity[];
  live: boolean;
  now: Date;
}

/** What the team has been doing. New entries are announced, but never move the reader's focus. */
export function ActivityPanel({ items, arrived, live, now }: ActivityPanelProps) {
  const [all, setAll] = useState(false);
  const newest = arrived[0];
  const newestId = newest?.id;

  // After the commit that shows the row.
  useEffect(() => {
    if (newestId !== undefined) window.realtimeUpdateReceived = true;
  }, [newestId]);

  return (
    <Panel title="Activity" aside={<RealtimeIndicator live={live} />}>
      <p role="status" className="sr-only">
        {newest ? `New activity: ${newest.summary}` : ''}
      </p>
      <div data-testid="activity-feed">
        {items.length === 0 ? (
          <StateMessage icon={Sparkles} title="Quiet so far">
            Clients you add and changes your team makes appear here as they happen.
          </StateMessage>
        ) : (
          <ol className="pb-3">
            {items.slice(0, all ? undefined : shownAtFirst).map((item) => (
              <ActivityEntry key={item.id} item={item} now={now} isNew={arrived.includes(item)} />
            ))}
          </ol>
        )}
      </div>
      {!all && items.length > shownAtFirst ? (
        <div className="border-t border-separator p-2">
          <Button variant="ghost" fullWidth onPress={() => setAll(true)}>
            Show {items.length - shownAtFirst} earlier
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}
