import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { AppShell } from '@/components/shell/app-shell';
import { isWanted, serviceNames } from '@/lib/external/services';

/** Everything behind the sign-in. */
export default async function SignedInLayout({ children }: { children: ReactNode }) {
  // Which services there are belongs to the process that serves the page, as all settings do.
  await connection();
  const services = serviceNames.filter((name) => isWanted(name, process.env));
  return <AppShell services={services}>{children}</AppShell>;
}
