import {
  Banknote,
  type LucideIcon,
  NotebookPen,
  PencilLine,
  UserRoundMinus,
  UserRoundPlus,
} from 'lucide-react';
import type { Activity, ActivityKind } from '@/data/types';
import { formatAgo, formatMoment } from '@/lib/dates';

const looks: Record<ActivityKind, { icon: LucideIcon; className: string }> = {
  client_added: { icon: UserRoundPlus, className: 'bg-accent-soft text-accent-soft-foreground' },
  client_updated: { icon: PencilLine, className: 'bg-default text-default-foreground' },
  client_removed: { icon: UserRoundMinus, className: 'bg-danger-soft text-danger-soft-foreground' },
  payment_received: { icon: Banknote, className: 'bg-success-soft text-success-soft-foreground' },
  note_added: { icon: NotebookPen, className: 'bg-warning-soft text-warning-soft-foreground' },
};

interface ActivityEntryProps {
  item: Activity;
  now: Date;
  /** It came while the page was open. */
  isNew: boolean;
}

export function ActivityEntry({ item, now, isNew }: ActivityEntryProps) {
  // A kind that a newer database writes is still worth showing.
  const { icon: Icon, className } = looks[item.kind] ?? looks.client_updated;
  const instant = new Date(item.created_at);
  return (
    <li className={`flex gap-3.5 px-5 py-3 sm:px-6 ${isNew ? 'just-arrived' : ''}`}>
      <span className={`mt-0.5 grid size-8 shrink-0 place-items-center rounded-full ${className}`}>
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0">
        <p className="text-sm leading-5 wrap-anywhere">{item.summary}</p>
        <p className="mt-0.5 text-xs leading-4 text-muted">
          {item.actor_name ? `${item.actor_name}, ` : ''}
          <time dateTime={instant.toISOString()} title={formatMoment(instant)}>
            {formatAgo(now, instant)}
          </time>
        </p>
      </div>
    </li>
  );
}
