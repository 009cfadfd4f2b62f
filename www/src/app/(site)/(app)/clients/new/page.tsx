import type { Metadata } from 'next';
import { NewClientPage } from '@/components/client-form/new-client-page';

export const metadata: Metadata = { title: 'Add a client' };

interface PageProps {
  searchParams: Promise<{ status?: string | string[]; venue?: string | string[] }>;
}

export default async function Page({ searchParams }: PageProps) {
  const { status, venue } = await searchParams;
  return <NewClientPage status={status} venue={venue} />;
}
