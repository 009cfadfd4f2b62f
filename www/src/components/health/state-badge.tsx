import type { HealthState } from '@wedsync/dashboard';
import { stateLooks } from './state-look';

export function StateBadge({ state }: { state: HealthState }) {
  const { icon: Icon, word, soft } = stateLooks[state];
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-full px-2.5 py-1 text-xs font-medium ${soft}`}
    >
      <Icon aria-hidden className="size-3.5" />
      {word}
    </span>
  );
}
