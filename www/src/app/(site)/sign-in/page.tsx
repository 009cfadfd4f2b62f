import type { Metadata } from 'next';
import { SignInPanel } from '@/components/sign-in/sign-in-panel';
import { returnPath } from '@/lib/return-path';
import { readSettings } from '@/lib/settings';

export const metadata: Metadata = { title: 'Sign in' };

interface SignInPageProps {
  searchParams: Promise<{ next?: string | string[] }>;
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { next } = await searchParams;
  const target = returnPath(Array.isArray(next) ? next[0] : next);
  return <SignInPanel target={target} demo={readSettings(process.env).demo} />;
}
