import { ArrowLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { HealthPage } from '@/components/health/health-page';

export const metadata: Metadata = { title: 'Health' };

export default function Page() {
  return (
    <>
      <Link
        href="/dashboard"
        className="ring-on-focus inline-flex items-center gap-1.5 rounded py-1 text-sm text-muted hover:text-foreground"
      >
        <ArrowLeft aria-hidden className="size-4" />
        Dashboard
      </Link>
      <h1 className="mt-2 mb-6 font-display text-3xl leading-tight tracking-tight">How everything stands</h1>
      <HealthPage />
    </>
  );
}
