'use client';

import Link from 'next/link';
import { useWorkplace } from '@/data/workplace';
import { initials } from '@/lib/couple';
import { BrandMark } from '../brand-mark';
import { ThemeToggle } from '../theme-toggle';
import { ConnectionStatus } from './connection-status';
import { SignOutButton } from './sign-out-button';

export function AppHeader({ email }: { email: string }) {
  const { supplier, member } = useWorkplace();
  return (
    <header className="sticky top-0 z-40 border-b border-separator bg-background/85 backdrop-blur-md">
      <div className="mx-auto flex h-16 max-w-7xl items-center gap-3 px-4 sm:px-6 lg:px-8">
        <Link
          href="/dashboard"
          aria-label={`${supplier.name}, dashboard`}
          className="ring-on-focus shrink-0 rounded-lg"
        >
          <BrandMark className="size-9 text-accent" />
        </Link>
        <div className="min-w-0">
          <p className="truncate font-display text-lg leading-6">{supplier.name}</p>
          <ConnectionStatus />
        </div>
        <div className="ml-auto flex shrink-0 items-center gap-1 sm:gap-2">
          <div className="flex items-center gap-2.5 sm:mr-1" title={email}>
            <span
              aria-hidden
              className="grid size-9 place-items-center rounded-full bg-accent-soft text-xs font-semibold tracking-wide text-accent-soft-foreground"
            >
              {initials(member.display_name)}
            </span>
            <p className="text-sm leading-5 max-md:sr-only">
              <span className="sr-only">Signed in as </span>
              {member.display_name}
              <span className="block text-xs text-muted capitalize">{member.role}</span>
            </p>
          </div>
          <ThemeToggle />
          <SignOutButton compact />
        </div>
      </div>
    </header>
  );
}
