import { createContext, useContext } from 'react';
import type { Dashboard } from '../dashboard.js';
import type { DashboardError } from '../errors.js';

/** What a provider gives to the components below it. */
export interface Provided {
  dashboard: Dashboard | null;
  error: DashboardError | null;
}

/** Nothing, where no provider is. */
export const Context = createContext<Provided>({ dashboard: null, error: null });

/** The dashboard, or `null` on a server and until the module is loaded. */
export function useDashboard(): Dashboard | null {
  return useContext(Context).dashboard;
}
