'use client';

import { Button } from '@heroui/react';
import { useConnection } from '@wedsync/dashboard/react';
import { Problem } from '../problem';

/** Shown when the live connection has given up for good; one that is retrying says so in the header. */
export function ConnectionProblem() {
  const { error } = useConnection();
  if (!error || error.retryable) return null;
  return (
    <Problem
      action={
        <Button size="sm" variant="danger-soft" onPress={() => window.location.reload()}>
          Reload the page
        </Button>
      }
    >
      Live updates are off. {error.message}
    </Problem>
  );
}
