import { ArrowLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { ClientForm } from '@/components/client-form/client-form';

export const metadata: Metadata = { title: 'Add a client' };

interface NewClientPageProps {
  searchParams: Promise<{ status?: string | string[] }>;
}

export default async function NewClientPage({ searchParams }: NewClientPageProps) {
  const { status } = await searchParams;
  return (
    <div className="mx-auto max-w-2xl">
      <Link
        href="/dashboard"
        className="ring-on-focus inline-flex items-center gap-1.5 rounded py-1 text-sm text-muted hover:text-foreground"
      >
        <ArrowLeft aria-hidden className="size-4" />
        Dashboard
      </Link>
      <h1 className="mt-2 font-display text-3xl leading-tight tracking-tight">Add a client</h1>
      <p className="mt-1.5 text-muted">A name is enough to start with. The rest can follow.</p>
      <ClientForm initialStatus={status === 'booked' ? 'booked' : 'enquiry'} />
    </div>
  );
}
