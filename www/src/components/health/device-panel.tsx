'use client';

import type { CheckStatus, StoreSpace, StoreStatus } from '@wedsync/dashboard';
import { useConnection } from '@wedsync/dashboard/react';
import type { ReactNode } from 'react';
import { useDeviceStore } from '@/data/use-device-store';
import { formatBytes } from '@/lib/bytes';
import { checkWords } from '@/lib/health/words';
import { Panel } from '../dashboard/panel';
import { StateBadge } from './state-badge';

/** This device: its checks, what it keeps and in how much space, and the tabs that share the connection. */
export function DevicePanel({ checks }: { checks: readonly CheckStatus[] }) {
  const { status, space } = useDeviceStore();
  const { connected, role, tabs, leader, roundTripMs } = useConnection();
  return (
    <Panel title="This device">
      <ul>
        {checks.map(({ name, status: state, message }) => (
          <li
            key={name}
            data-testid="health-check"
            data-check={name}
            data-state={state}
            className="flex items-start justify-between gap-4 border-t border-separator px-5 py-3.5 sm:px-6"
          >
            <div className="min-w-0">
              <h3 className="leading-6 font-medium">{checkWords(name).title}</h3>
              <p className="text-sm text-pretty text-muted">{message ?? checkWords(name).about}</p>
            </div>
            <StateBadge state={state} />
          </li>
        ))}
      </ul>
      <dl className="grid gap-4 border-t border-separator px-5 py-5 text-sm sm:grid-cols-2 sm:px-6">
        <Fact term="Kept on this device">{keptSentence(status)}</Fact>
        <Fact term="In use">{spaceSentence(space)}</Fact>
        <Fact term="Tabs">{tabsSentence(tabs, role, leader)}</Fact>
        <Fact term="Connection">
          {connected
            ? `Connected${roundTripMs === null ? '' : `, ${roundTripMs} ms there and back`}`
            : 'Not connected'}
        </Fact>
      </dl>
      {space && space.quota > 0 ? <SpaceBar space={space} /> : null}
    </Panel>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{term}</dt>
      <dd className="mt-0.5 text-pretty">{children}</dd>
    </div>
  );
}

function SpaceBar({ space: { usage, quota } }: { space: StoreSpace }) {
  const share = Math.min(1, usage / quota);
  return (
    <div className="px-5 pb-6 sm:px-6">
      <div
        role="img"
        aria-label={`${formatBytes(usage)} of ${formatBytes(quota)} used`}
        className="h-2 overflow-hidden rounded-full bg-default"
      >
        <div className="h-full min-w-1 rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

function keptSentence(status: StoreStatus | null): string {
  if (status === null || status.durability === 'opening') return 'Being opened';
  if (status.durability === 'memory') return 'In memory only: nothing outlives this page';
  const troubles = Object.entries(status.troubles).map(([database, trouble]) => `${database} ${trouble}`);
  if (troubles.length > 0) return `On disk; ${troubles.join(', ')}`;
  return status.spilling
    ? 'On disk, aside: another tab holds up the shared database'
    : 'On disk, for this user alone';
}

function spaceSentence(space: StoreSpace | null): string {
  if (space === null) return 'Not known';
  const { outbox, data, cache } = space.databases;
  const own = `${formatBytes(outbox + data + cache)} of yours`;
  return space.quota === 0
    ? own
    : `${own}; ${formatBytes(space.usage)} of ${formatBytes(space.quota)} in all`;
}

function tabsSentence(tabs: number, role: string, leader: string | null): string {
  const count = `${tabs} ${tabs === 1 ? 'tab' : 'tabs'}`;
  if (role === 'following') {
    return leader === 'silent'
      ? `${count}; the one that connects is silent`
      : `${count}; another one connects for all`;
  }
  return role === 'waiting' ? `${count}; none connects at the moment` : `${count}; this one connects`;
}
