'use client';

import { Button } from '@heroui/react';
import { CloudOff, Store } from 'lucide-react';
import { type ReactNode, useCallback } from 'react';
import { readWorkplace, type Workplace } from '@/data/queries';
import { useSession } from '@/data/session';
import { useRead } from '@/data/use-read';
import { WorkplaceProvider } from '@/data/workplace';
import { FullPage } from '../full-page';
import { LoadingPage } from '../loading-page';
import { StateMessage } from '../state-message';
import { SignOutButton } from './sign-out-button';

/** Finds out who the user works for before anything else is read. */
export function WorkplaceGate({ userId, children }: { userId: string; children: ReactNode }) {
  const { backend } = useSession();
  const { value, problem, refresh } = useRead(
    useCallback(async (): Promise<{ workplace: Workplace | null }> => {
      return { workplace: await readWorkplace(backend(), userId) };
    }, [backend, userId]),
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
