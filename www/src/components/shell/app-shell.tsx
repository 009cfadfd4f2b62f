'use client';

import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useEffect } from 'react';
import { useSession } from '@/data/session';
import { SupplierDataProvider } from '@/data/supplier-data';
import type { ServiceName } from '@/lib/external/services';
import { LoadingPage } from '../loading-page';
import { InstallHint } from '../offline/install-hint';
import { OfflineNotice } from '../offline/offline-notice';
import { SkipLink } from '../skip-link';
import { AppHeader } from './app-header';
import { LiveProvider } from './live-provider';
import { WorkplaceGate } from './workplace-gate';

interface AppShellProps {
  /** The services of other companies that this deployment uses. */
  services: readonly ServiceName[];
  children: ReactNode;
}

/** Lets signed-in users through, with their supplier and its live connection; sends others to the sign-in page. */
export function AppShell({ services, children }: AppShellProps) {
  const router = useRouter();
  const pathname = usePathname();
  const { state } = useSession();

  useEffect(() => {
    if (state.status !== 'signed-out') return;
    // The dashboard is where signing in leads anyway.
    router.replace(pathname === '/dashboard' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(pathname)}`);
  }, [state.status, router, pathname]);

  if (!('user' in state)) return <LoadingPage />;
  return (
    <LiveProvider services={services} key={state.user.id}>
      <WorkplaceGate userId={state.user.id}>
        <SupplierDataProvider>
          <SkipLink />
          <AppHeader email={state.user.email} />
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full max-w-7xl px-4 pt-7 pb-16 outline-none sm:px-6 sm:pt-10 lg:px-8"
          >
            <OfflineNotice />
            {children}
            <InstallHint />
          </main>
        </SupplierDataProvider>
      </WorkplaceGate>
    </LiveProvider>
  );
}
