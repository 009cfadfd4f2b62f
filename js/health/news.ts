import type { HealthAlert } from './types.js';

/** News of health, as the module tells them. */
export type HealthNews =
  | { name: 'changed' }
  | { name: 'alert'; value: HealthAlert; isOwn: boolean }
  | { name: 'probe'; probe: number; check: string }
  | { name: 'load' }
  | { name: 'keep'; day: number; text: string };
