import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';

interface PageTopProps {
  title: string;
  /** A sentence below the heading. */
  lead?: string;
  children: ReactNode;
}

/** A page below the dashboard: the way back, its heading, its content. */
export function PageTop({ title, lead, children }: PageTopProps) {
  return (
    <>
      <Link
        href="/dashboard"
        className="ring-on-focus inline-flex items-center gap-1.5 rounded py-1 text-sm text-muted hover:text-foreground"
      >
        <ArrowLeft aria-hidden className="size-4" />
        Dashboard
      </Link>
      <h1 className="mt-2 font-display text-3xl leading-tight tracking-tight">{title}</h1>
      {lead ? <p className="mt-1.5 text-muted">{lead}</p> : null}
      {children}
    </>
  );
}
