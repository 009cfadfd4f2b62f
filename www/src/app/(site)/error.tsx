'use client';

import { Button } from '@heroui/react';
import { CircleAlert } from 'lucide-react';
import { ButtonLink } from '@/components/button-link';
import { FullPage } from '@/components/full-page';
import { StateMessage } from '@/components/state-message';

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <FullPage>
      <StateMessage
        icon={CircleAlert}
        level={1}
        urgent
        title="This page could not be shown"
        action={
          <>
            <Button onPress={reset}>Try again</Button>
            <ButtonLink href="/dashboard" variant="tertiary">
              Go to the dashboard
            </ButtonLink>
          </>
        }
      >
        What you saved before is safe. Try again; if it happens twice, tell the person who runs this app.
      </StateMessage>
    </FullPage>
  );
}
