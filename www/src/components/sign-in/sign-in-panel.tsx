'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { useSession } from '@/data/session';
import type { Demo } from '@/lib/demo';
import { BrandMark } from '../brand-mark';
import { SkipLink } from '../skip-link';
import { ThemeToggle } from '../theme-toggle';
import { Archway } from './archway';
import { DemoUsers } from './demo-users';
import { type Credentials, SignInForm } from './sign-in-form';

/** The sign-in screen. A user who is signed in already is redirected. */
export function SignInPanel({ target, demo }: { target: string; demo: Demo | null }) {
  const router = useRouter();
  const { status } = useSession().state;
  const [credentials, setCredentials] = useState<Credentials>({ email: '', password: '' });

  useEffect(() => {
    if (status === 'signed-in') router.replace(target);
  }, [status, router, target]);

  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <SkipLink />
      <div className="flex min-w-0 flex-col px-5 py-5 sm:px-10">
        <header className="flex items-center justify-between">
          <span className="flex items-center gap-2.5 font-display text-xl">
            <BrandMark className="size-8 text-accent" />
            Wedsync
          </span>
          <ThemeToggle />
        </header>
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto flex w-full max-w-sm grow flex-col justify-center py-10 outline-none"
        >
          <h1 className="font-display text-3xl leading-tight tracking-tight">Welcome back</h1>
          <p className="mt-2 text-[0.9375rem] leading-6 text-muted">
            Sign in to see today’s enquiries and every wedding ahead.
          </p>
          <SignInForm credentials={credentials} onChange={setCredentials} />
          {demo ? <DemoUsers demo={demo} onChoose={setCredentials} /> : null}
        </main>
      </div>
      <Archway />
    </div>
  );
}
