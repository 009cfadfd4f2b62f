import type { ReactNode } from 'react';

/** A page that is one message. */
export function FullPage({ children }: { children: ReactNode }) {
  return (
    <main id="content" tabIndex={-1} className="grid min-h-dvh place-items-center p-4 outline-none">
      <div className="panel w-full max-w-lg py-4">{children}</div>
    </main>
  );
}
