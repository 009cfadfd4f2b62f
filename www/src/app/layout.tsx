import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Wedsync', template: '%s · Wedsync' },
  description: 'Enquiries, bookings and what your team is doing, live, for wedding suppliers.',
  appleWebApp: { capable: true, title: 'Wedsync', statusBarStyle: 'default' },
  icons: { apple: '/icons/apple-touch-icon.png' },
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf5ee' },
    { media: '(prefers-color-scheme: dark)', color: '#171210' },
  ],
};

/** What all pages have, the one that is built ahead too: nothing in it depends on the request. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en-GB" suppressHydrationWarning>
      <body className="min-h-dvh antialiased">{children}</body>
    </html>
  );
}
