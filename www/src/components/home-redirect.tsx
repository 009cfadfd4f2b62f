'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useSession } from '@/data/session';
import { LoadingPage } from './loading-page';

/** Only the browser knows whether someone is signed in, so the way from `/` is found there. */
export function HomeRedirect() {
  const router = useRouter();
  const { status } = useSession().state;
  useEffect(() => {
    if (status !== 'loading') router.replace(status === 'signed-in' ? '/dashboard' : '/sign-in');
  }, [status, router]);
  return <LoadingPage />;
}
