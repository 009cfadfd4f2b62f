import type { ServiceView } from '@wedsync/dashboard';
import { formatDuration } from '@/lib/durations';

/** How old what is shown is, where that matters: what is read regularly is new. */
export function Freshness({ age, error }: Pick<ServiceView, 'age' | 'error'>) {
  if (error === null || age === null) return null;
  return (
    <p className="rounded-full bg-warning-soft px-2.5 py-1 text-xs font-medium text-warning-soft-foreground">
      {age < 45_000 ? 'As of a moment ago' : `As of ${formatDuration(age)} ago`}
    </p>
  );
}
