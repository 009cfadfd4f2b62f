import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { SettingsProblem } from '@/components/settings-problem';
import { ThemeScript } from '@/components/theme-script';
import { SessionProvider } from '@/data/session';
import { readSettings } from '@/lib/settings';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Wedsync', template: '%s · Wedsync' },
  description: 'Enquiries, bookings and what your team is doing, live, for wedding suppliers.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf5ee' },
    { media: '(prefers-color-scheme: dark)', color: '#171210' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Settings belong to the process that serves the page, not to the build.
  await connection();
  const settings = readSettings(process.env);
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="en-GB" suppressHydrationWarning>
      <head>
        <ThemeScript nonce={nonce} />
      </head>
      <body className="min-h-dvh antialiased">
        {settings.problem === null ? (
          <SessionProvider settings={{ url: settings.url, anonKey: settings.anonKey }}>
            {children}
          </SessionProvider>
        ) : (
          <SettingsProblem problem={settings.problem} />
        )}
      </body>
    </html>
  );
}
