'use client';

import { createContext, use } from 'react';
import type { Workplace } from './queries';

const WorkplaceContext = createContext<Workplace | null>(null);

export const WorkplaceProvider = WorkplaceContext;

/** The supplier on the screen and the user's place in it. */
export function useWorkplace(): Workplace {
  const value = use(WorkplaceContext);
  if (!value) throw new Error('useWorkplace needs a WorkplaceProvider above it.');
  return value;
}
