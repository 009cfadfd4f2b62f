'use client';

import { Button } from '@heroui/react';
import { Smartphone } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { declineInstall, installOffer, isDeclined } from '@/lib/install-offer';
import { Notice } from './notice';

/** Says once that the application can be installed, and in Safari why that matters. */
export function InstallHint() {
  const offer = useSyncExternalStore(installOffer.subscribe, installOffer.get, installOffer.none);
  const [isSafari, setIsSafari] = useState(false);
  useEffect(() => {
    setIsSafari(!isDeclined() && !matchMedia('(display-mode: standalone)').matches && runsInSafari());
  }, []);
  if (!offer && !isSafari) return null;
  const decline = () => {
    setIsSafari(false);
    declineInstall();
  };
  const install = () => {
    void offer?.prompt();
    decline();
  };
  return (
    <div className="mt-6">
      <Notice
        icon={Smartphone}
        testId="install-hint"
        action={
          <div className="flex gap-2">
            {offer ? (
              <Button size="sm" onPress={install}>
                Install
              </Button>
            ) : null}
            <Button size="sm" variant="ghost" onPress={decline}>
              Not now
            </Button>
          </div>
        }
      >
        {isSafari
          ? 'Safari removes what this page keeps after seven days without a visit. Add it to your Home Screen or Dock, and it stays.'
          : 'Install Wedsync to open it from your home screen, without a network too.'}
      </Notice>
    </div>
  );
}

/** Other browsers name Safari too; those on iPhones are Safari in all that matters here. */
function runsInSafari(): boolean {
  const { userAgent } = navigator;
  return /Safari\//.test(userAgent) && !/Chrom|Android|Epiphany/.test(userAgent) && 'GestureEvent' in window;
}
