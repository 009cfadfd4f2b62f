import type { HealthState } from '@wedsync/dashboard';
import { CircleAlert, CircleCheck, CircleDashed, CircleX, type LucideIcon } from 'lucide-react';

/** How a state looks: by its icon and word, and by colour on top. */
export const stateLooks: Record<HealthState, { icon: LucideIcon; word: string; soft: string; text: string }> =
  {
    healthy: {
      icon: CircleCheck,
      word: 'Working',
      soft: 'bg-success-soft text-success-soft-foreground',
      text: 'text-success',
    },
    degraded: {
      icon: CircleAlert,
      word: 'Struggling',
      soft: 'bg-warning-soft text-warning-soft-foreground',
      text: 'text-warning-soft-foreground',
    },
    unhealthy: {
      icon: CircleX,
      word: 'Failing',
      soft: 'bg-danger-soft text-danger-soft-foreground',
      text: 'text-danger',
    },
    unknown: {
      icon: CircleDashed,
      word: 'Unknown',
      soft: 'bg-default text-default-foreground',
      text: 'text-muted',
    },
  };
