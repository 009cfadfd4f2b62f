import type { CheckAnswer } from '../options/health.js';

/** The share of the space there is from which on it is short. */
const SHORT = 0.9;

/** Whether there is space on this device, and whether what is stored is kept when that is short. */
export async function spaceLeft(): Promise<CheckAnswer> {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const isKept = (await navigator.storage?.persisted?.()) ?? false;
  const used = quota > 0 ? Math.round((100 * usage) / quota) : 0;
  const kept = isKept ? 'It is kept.' : 'The browser may clear it when space is short.';
  return {
    status: quota > 0 && usage > quota * SHORT ? 'degraded' : 'healthy',
    message: `${used} % is used. ${kept}`,
  };
}
