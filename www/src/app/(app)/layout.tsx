import type { ReactNode } from 'react';
import { AppShell } from '@/components/shell/app-shell';

/** Everything behind the sign-in. */
export default function SignedInLayout({ children }: { children: ReactNode }) {
  return <AppShell>{children}</AppShell>;
}
