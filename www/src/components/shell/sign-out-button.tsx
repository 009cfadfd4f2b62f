'use client';

import { AlertDialog, Button } from '@heroui/react';
import { DashboardError } from '@wedsync/dashboard';
import { useDashboard } from '@wedsync/dashboard/react';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '@/data/session';

/** Signs out of this device, with or without a network: the shell then leaves for the sign-in page. Asks first where changes would be lost. */
export function SignOutButton({ compact = false }: { compact?: boolean }) {
  const dashboard = useDashboard();
  const { signOut } = useSession();
  const [busy, setBusy] = useState(false);
  const [unsent, setUnsent] = useState<number | null>(null);

  const leave = async (pending: 'refuse' | 'discard') => {
    setBusy(true);
    try {
      await signOut(dashboard, pending);
    } catch (thrown) {
      const count = unsentOf(thrown);
      if (count === null) throw thrown;
      setUnsent(count);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        variant="ghost"
        className={compact ? 'max-sm:w-10 max-sm:px-0' : ''}
        isDisabled={busy}
        onPress={() => void leave('refuse')}
      >
        <LogOut aria-hidden />
        <span className={compact ? 'max-sm:sr-only' : ''}>Sign out</span>
      </Button>
      <AlertDialog.Backdrop isOpen={unsent !== null} onOpenChange={() => setUnsent(null)}>
        <AlertDialog.Container>
          <AlertDialog.Dialog>
            <AlertDialog.Header>
              <AlertDialog.Heading className="font-display text-lg">
                Some changes have not been sent
              </AlertDialog.Heading>
            </AlertDialog.Header>
            <AlertDialog.Body>
              {unsent === 1 ? 'One change is' : `${unsent} changes are`} kept on this device only. Signing out
              now loses {unsent === 1 ? 'it' : 'them'}; stay signed in until you are connected to send{' '}
              {unsent === 1 ? 'it' : 'them'}.
            </AlertDialog.Body>
            <AlertDialog.Footer className="flex-wrap">
              <Button variant="tertiary" isDisabled={busy} onPress={() => setUnsent(null)}>
                Stay signed in
              </Button>
              <Button variant="danger" isDisabled={busy} onPress={() => void leave('discard')}>
                Sign out and lose {unsent === 1 ? 'it' : 'them'}
              </Button>
            </AlertDialog.Footer>
          </AlertDialog.Dialog>
        </AlertDialog.Container>
      </AlertDialog.Backdrop>
    </>
  );
}

/** How many changes a refused sign-out would have lost; `null` for another failure. */
function unsentOf(thrown: unknown): number | null {
  if (!(thrown instanceof DashboardError) || thrown.code !== 'pending_writes') return null;
  return (thrown.cause as { count: number }).count;
}
