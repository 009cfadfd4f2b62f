'use client';

import { createContext, type ReactNode, use, useMemo } from 'react';
import type { PipelineClient } from './types';
import { type ActivityFeed, useActivityFeed } from './use-activity-feed';
import type { KeptRead } from './use-kept-read';
import { usePipeline } from './use-pipeline';
import { type QuickActions, useQuickActions } from './use-quick-actions';
import { useWorkplace } from './workplace';

interface SupplierData {
  pipeline: KeptRead<PipelineClient[]>;
  feed: ActivityFeed;
  quickActions: KeptRead<QuickActions>;
}

const SupplierDataContext = createContext<SupplierData | null>(null);

/**
 * Keeps the supplier's data live on every signed-in page: someone who fills in a form misses nothing meanwhile, and
 * comes back to a dashboard that is already there.
 */
export function SupplierDataProvider({ children }: { children: ReactNode }) {
  const { supplier } = useWorkplace();
  const pipeline = usePipeline(supplier.id);
  const feed = useActivityFeed(supplier.id);
  const quickActions = useQuickActions(supplier.id);
  const value = useMemo(() => ({ pipeline, feed, quickActions }), [pipeline, feed, quickActions]);
  return <SupplierDataContext value={value}>{children}</SupplierDataContext>;
}

export function useSupplierData(): SupplierData {
  const value = use(SupplierDataContext);
  if (!value) throw new Error('useSupplierData needs a SupplierDataProvider above it.');
  return value;
}
