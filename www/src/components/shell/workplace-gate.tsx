'use client';

import { Button } from '@heroui/react';
import { CloudOff, Store } from 'lucide-react';
import { type ReactNode, useCallback } from 'react';
import { ownKey } from '@/data/cache-options';
import { rememberUser } from '@/data/presumed-user';
import { readWorkplace, type Workplace } from '@/data/queries';
import { useSession } from '@/data/session';
import { useKeptRead } from '@/data/use-kept-read';
import { WorkplaceProvider } from '@/data/workplace';
import { FullPage } from '../full-page';
import { LoadingPage } from '../loading-page';
import { StateMessage } from '../state-message';
import { SignOutButton } from './sign-out-button';

/** Finds out who the user works for before anything else is read. */
export function WorkplaceGate({ userId, children }: { userId: string; children: ReactNode }) {
  const { backend, settings, state } = useSession();
  const email = 'user' in state ? state.user.email : '';
  const { value, problem, refresh } = useKeptRead(
    ownKey(userId),
    'workplace',
    useCallback(async (): Promise<{ workplace: Workplace | null }> => {
      const workplace = await readWorkplace(backend(), userId);
      // The backend has answered this user.
      rememberUser(settings.url, { id: userId, email, verifiedAt: Date.now() });
      return { workplace };
    }, [backend, settings.url, userId, email]),
    { ttl: 60_000 },
  );

  if (value?.workplace) return <WorkplaceProvider value={value.workplace}>{children}</WorkplaceProvider>;
  if (value) {
    return (
      <FullPage>
        <StateMessage
          icon={Store}
          level={1}
          title="You are not part of a business yet"
          action={
            <>
              <Button onPress={refresh}>Check again</Button>
              <SignOutButton />
            </>
          }
        >
          Ask the owner of your business to add you as a member, then check again.
        </StateMessage>
      </FullPage>
    );
  }
  if (problem === null) return <LoadingPage />;
  return (
    <FullPage>
      <StateMessage
        icon={CloudOff}
        level={1}
        urgent
        title="Your business could not be read"
        action={
          <>
            <Button onPress={refresh}>Try again</Button>
            <SignOutButton />
          </>
        }
      >
        {problem}
      </StateMessage>
    </FullPage>
  );
}
