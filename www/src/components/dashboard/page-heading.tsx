import { Plus } from 'lucide-react';
import { type CalendarDay, formatLongDate, greeting } from '@/lib/dates';
import { ButtonLink } from '../button-link';

export function PageHeading({ name, now, today }: { name: string; now: Date; today: CalendarDay }) {
  const firstName = name.split(' ')[0] ?? name;
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0">
        <p className="text-sm text-muted">
          <time dateTime={today}>{formatLongDate(today)}</time>
        </p>
        <h1 className="mt-1 font-display text-3xl leading-tight tracking-tight text-balance sm:text-4xl">
          {greeting(now)}, {firstName}
        </h1>
      </div>
      <ButtonLink href="/clients/new" className="max-sm:w-full">
        <Plus aria-hidden />
        Add a client
      </ButtonLink>
    </div>
  );
}
