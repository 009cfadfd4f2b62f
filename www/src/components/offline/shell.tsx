'use client';

import { CloudOff } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useSyncExternalStore } from 'react';
import { keptSettings } from '@/data/kept-settings';
import { SessionProvider } from '@/data/session';
import { ButtonLink } from '../button-link';
import { NewClientPage } from '../client-form/new-client-page';
import { Dashboard } from '../dashboard/dashboard';
import { FullPage } from '../full-page';
import { HealthPage } from '../health/health-page';
import { LoadingPage } from '../loading-page';
import { PageTop } from '../page-top';
import { AppShell } from '../shell/app-shell';
import { StateMessage } from '../state-message';
import { ServiceWorker } from './service-worker';

const never = () => () => {};

/** The application without a server: the page of the address, over what this device keeps. */
export function Shell() {
  // The file is the same for all addresses, so nothing of this one is in it.
  const isThere = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return isThere ? <Here /> : <LoadingPage />;
}

function Here() {
  const path = usePathname();
  const settings = keptSettings();
  const page = pageOf(path);
  if (!settings || !page) {
    return (
      <FullPage>
        <StateMessage
          icon={CloudOff}
          level={1}
          title="You are offline"
          action={
            path === '/sign-in' || !settings ? null : (
              <ButtonLink href="/dashboard">Go to the dashboard</ButtonLink>
            )
          }
        >
          {path === '/sign-in'
            ? 'Nobody is signed in on this device. Load this page again when you are connected, and sign in.'
            : 'This page needs a network. Load it again when you are connected.'}
        </StateMessage>
      </FullPage>
    );
  }
  return (
    <SessionProvider settings={settings}>
      <AppShell services={[]}>{page}</AppShell>
      <ServiceWorker />
    </SessionProvider>
  );
}

function pageOf(path: string) {
  switch (path) {
    case '/':
    case '/dashboard':
      return <Dashboard />;
    case '/health':
      return (
        <PageTop title="How everything stands">
          <HealthPage />
        </PageTop>
      );
    case '/clients/new': {
      const asked = new URLSearchParams(location.search);
      return <NewClientPage status={asked.get('status')} venue={asked.get('venue')} />;
    }
    default:
      return null;
  }
}
