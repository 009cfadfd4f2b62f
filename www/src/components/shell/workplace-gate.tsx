'use client';

import { Button } from '@heroui/react';
import type { CacheFetchContext } from '@wedsync/dashboard';
import { useDashboard } from '@wedsync/dashboard/react';
import { CloudOff, Store } from 'lucide-react';
import { type ReactNode, useCallback, useRef } from 'react';
import { ownKey } from '@/data/cache-options';
import { keptAs } from '@/data/kept';
import { rememberUser } from '@/data/presumed-user';
import { readWorkplace, type Workplace } from '@/data/queries';
import { useSession } from '@/data/session';
import { useKeptRead } from '@/data/use-kept-read';
import { warmScreens } from '@/data/warm-screens';
import { WorkplaceProvider } from '@/data/workplace';
import { FullPage } from '../full-page';
import { LoadingPage } from '../loading-page';
import { StateMessage } from '../state-message';
import { SignOutButton } from './sign-out-button';

/** What it is kept as who the user works for. */
const resource = 'workplace';

/** Finds out who the user works for before anything else is read. */
export function WorkplaceGate({ userId, children }: { userId: string; children: ReactNode }) {
  const { backend, settings, state } = useSession();
  const dashboard = useDashboard();
  const email = 'user' in state ? state.user.email : '';
  const supplierId = ownKey(userId);
  /** For whom all was read at once: from then on the screens read what they show themselves. */
  const warmed = useRef<string>(undefined);
  const { value, problem, refresh } = useKeptRead(
    supplierId,
    resource,
    useCallback(
      async (context?: CacheFetchContext): Promise<{ workplace: Workplace | null }> => {
        // Where nothing is kept yet, as after a sign-in, all that the screens show is read at once.
        const kept = dashboard?.cache.getSnapshot({ ...keptAs(resource), supplierId });
        const isFirst = dashboard && context && kept?.state === 'missing' && warmed.current !== userId;
        const workplace = isFirst
          ? await warmScreens(backend(), dashboard, userId, context.signal)
          : await readWorkplace(backend(), userId);
        warmed.current = userId;
        // The backend has answered this user.
        rememberUser(settings.url, { id: userId, email, verifiedAt: Date.now() });
        return { workplace };
      },
      [backend, dashboard, settings.url, supplierId, userId, email],
    ),
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
