'use client';

import { useServiceNames } from '@/data/services';
import { ServiceNotice } from './service-notice';

/** A notice for each service that fails. */
export function ServiceNotices() {
  return useServiceNames().map((name) => <ServiceNotice key={name} name={name} />);
}
