'use client';

import { Button } from '@heroui/react';
import { CalendarPlus, MapPin, RefreshCw, UserRoundPlus } from 'lucide-react';
import { bookingPath } from '@/lib/quick-actions';
import { ButtonLink } from '../button-link';
import { Panel } from './panel';

interface QuickActionsProps {
  /** Where the supplier's weddings usually are. */
  venues: readonly string[];
  onRefresh: () => void;
  busy: boolean;
}

export function QuickActions({ venues, onRefresh, busy }: QuickActionsProps) {
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
        {venues.map((venue, place) => (
          <li key={venue} className="min-w-0 sm:col-span-3">
            <ButtonLink
              href={bookingPath(place)}
              variant="tertiary"
              className="h-auto min-h-10 w-full justify-start py-2 text-left whitespace-normal"
            >
              <MapPin aria-hidden className="shrink-0 text-accent" />
              <span className="min-w-0 wrap-anywhere">Book at {venue}</span>
            </ButtonLink>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
