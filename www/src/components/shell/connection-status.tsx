'use client';

import { useConnection } from '@wedsync/dashboard/react';
import Link from 'next/link';
import { useState } from 'react';

/** Whether the live connection stands, in words and colour, announced when it changes. Leads to how everything else does. */
export function ConnectionStatus() {
  const { connected, state } = useConnection();
  const [wasConnected, setWasConnected] = useState(false);
  if (connected && !wasConnected) setWasConnected(true);

  const detail = connected ? null : wasConnected ? 'reconnecting…' : state === 'idle' ? null : 'connecting…';
  // The first seconds of a page are no alarm: red is for a connection that was there and is gone.
  const colour = connected ? 'text-success' : wasConnected ? 'text-danger' : 'text-muted';
  return (
    <Link
      href="/health"
      title="How everything stands"
      className="ring-on-focus block w-fit max-w-full rounded"
    >
      <p
        role="status"
        data-testid="connection-status"
        className={`flex items-center gap-1.5 text-xs leading-4 font-medium ${colour}`}
      >
        <span aria-hidden className="size-2 shrink-0 rounded-full bg-current" />
        <span className="truncate hover:underline">
          {connected ? 'Connected' : 'Disconnected'}
          {detail ? <span className="font-normal text-muted max-[26rem]:sr-only">, {detail}</span> : null}
        </span>
      </p>
    </Link>
  );
}
