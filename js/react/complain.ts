import type { DashboardError } from '../errors.js';

/** Bundlers put a text in the place of `process.env.NODE_ENV`; elsewhere there is no `process`. */
declare const process: { env: { NODE_ENV?: string } };

/** Tells the developer of a wrong option, or of a dashboard that could not be made, where a bundler says that there is one. */
export function complain(error: DashboardError): void {
  try {
    if (process.env.NODE_ENV === 'production') return;
  } catch {
    return;
  }
  console.error(error);
}
