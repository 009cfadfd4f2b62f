'use client';

import { Button } from '@heroui/react';
import { LogOut } from 'lucide-react';
import { useSession } from '@/data/session';

/** Signs out of this device, with or without a network: the shell then leaves for the sign-in page. */
export function SignOutButton({ compact = false }: { compact?: boolean }) {
  const { backend } = useSession();
  return (
    <Button
      variant="ghost"
      className={compact ? 'max-sm:w-10 max-sm:px-0' : ''}
      onPress={() => void backend().auth.signOut({ scope: 'local' })}
    >
      <LogOut aria-hidden />
      <span className={compact ? 'max-sm:sr-only' : ''}>Sign out</span>
    </Button>
  );
}
