'use client';

import { Button } from '@heroui/react';
import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { workerPath } from '@/lib/offline-shell';
import { Notice } from './notice';

/** Milliseconds between two looks for a new version. */
const every = 3_600_000;

/** Milliseconds that a worker may take to answer. */
const patience = 2_000;

/** Registers the service worker, and offers a new version once it is there. */
export function ServiceWorker() {
  const [waiting, setWaiting] = useState<globalThis.ServiceWorker | null>(null);
  useEffect(() => {
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return undefined;
    let left = false;
    let registration: ServiceWorkerRegistration | undefined;
    const look = async () => {
      const worker = registration?.waiting;
      if (!worker) return;
      const build = await ask(worker, 'build');
      if (left || build === null) return;
      // A page that was loaded since then is of that build already: it has nothing to be offered, and where it is alone no reason to wait.
      if (build === process.env.WEDSYNC_BUILD) void ask(worker, 'take-over');
      else setWaiting(worker);
    };
    const found = () => registration?.installing?.addEventListener('statechange', look);
    const begin = async () => {
      registration = await navigator.serviceWorker
        .register(workerPath, { scope: '/' })
        .catch(() => undefined);
      if (left) return;
      registration?.addEventListener('updatefound', found);
      found();
      await look();
    };
    void begin();
    const timer = setInterval(() => void registration?.update().catch(() => {}), every);
    return () => {
      left = true;
      clearInterval(timer);
      registration?.removeEventListener('updatefound', found);
    };
  }, []);

  if (!waiting) return null;
  const update = async () => {
    const { serviceWorker } = navigator;
    const taken = new Promise((resolve) =>
      serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    // Where other pages are open the former worker stays for them: this page gets its new code from the server all the same.
    if ((await ask(waiting, 'take-over')) === true) await Promise.race([taken, pause()]);
    location.reload();
  };
  return (
    <aside aria-label="New version" className="fixed inset-x-4 bottom-0 z-50 mx-auto max-w-md">
      <Notice
        icon={RefreshCw}
        testId="update-notice"
        action={
          <Button size="sm" onPress={() => void update()}>
            Reload to update
          </Button>
        }
      >
        A new version is ready.
      </Notice>
    </aside>
  );
}

const pause = () => new Promise<null>((resolve) => setTimeout(() => resolve(null), patience));

function ask(worker: globalThis.ServiceWorker, what: string): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage(what, [port2]);
  return Promise.race([answer, pause()]);
}
