import { headers } from 'next/headers';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { SessionProvider } from '@/data/session';
import { readSettings } from '@/lib/settings';
import { ServiceWorker } from './offline/service-worker';
import { SettingsProblem } from './settings-problem';
import { ThemeScript } from './theme-script';

/** What is around every page that the server writes for a request. */
export async function SiteFrame({ children }: { children: ReactNode }) {
  // Settings belong to the process that serves the page, not to the build.
  await connection();
  const settings = readSettings(process.env);
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <>
      <ThemeScript nonce={nonce} />
      {settings.problem === null ? (
        <SessionProvider settings={{ url: settings.url, anonKey: settings.anonKey }}>
          {children}
        </SessionProvider>
      ) : (
        <SettingsProblem problem={settings.problem} />
      )}
      <ServiceWorker />
    </>
  );
}
