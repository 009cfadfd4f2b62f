'use client';

import { Button } from '@heroui/react';
import { CalendarPlus, RefreshCw, UserRoundPlus } from 'lucide-react';
import { ButtonLink } from '../button-link';
import { Panel } from './panel';

export function QuickActions({ onRefresh, busy }: { onRefresh: () => void; busy: boolean }) {
  return (
    <Panel title="Quick actions">
      <ul className="grid gap-2 px-5 pb-5 sm:grid-cols-3 sm:px-6 sm:pb-6">
        <li>
          <ButtonLink href="/clients/new" variant="tertiary" className="w-full justify-start">
            <UserRoundPlus aria-hidden className="text-accent" />
            Record an enquiry
          </ButtonLink>
        </li>
        <li>
          <ButtonLink href="/clients/new?status=booked" variant="tertiary" className="w-full justify-start">
            <CalendarPlus aria-hidden className="text-accent" />
            Add a booked wedding
          </ButtonLink>
        </li>
        <li>
          <Button variant="tertiary" fullWidth className="justify-start" onPress={onRefresh}>
            <RefreshCw aria-hidden className={`text-accent ${busy ? 'motion-safe:animate-spin' : ''}`} />
            Read everything again
          </Button>
        </li>
      </ul>
    </Panel>
  );
}
