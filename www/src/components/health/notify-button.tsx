'use client';

import { Button } from '@heroui/react';
import { useDashboard } from '@wedsync/dashboard/react';
import { Bell, BellRing } from 'lucide-react';
import { useEffect, useState } from 'react';
import { rememberNotifications, wantsNotifications } from '@/lib/alert-wish';

type Wish = 'unsupported' | 'not-asked' | 'on' | 'denied';

/** Asks to be told of alerts while nobody sees the page. The browser is asked after the click, never before. */
export function NotifyButton() {
  const dashboard = useDashboard();
  const [wish, setWish] = useState<Wish>('unsupported');
  useEffect(() => setWish(presentWish()), []);
  if (wish === 'unsupported') return null;
  if (wish === 'on' || wish === 'denied') {
    return (
      <p role="status" className="inline-flex items-center gap-2 px-2 text-sm text-muted">
        <BellRing aria-hidden className="size-4 shrink-0" />
        {wish === 'on'
          ? 'You are told while you look at something else.'
          : 'Your browser blocks notifications of this site. Its settings can allow them.'}
      </p>
    );
  }
  const ask = async () => {
    if (!dashboard) return;
    const isAllowed = await dashboard.health.showNotifications();
    if (isAllowed) rememberNotifications();
    setWish(isAllowed ? 'on' : presentWish());
  };
  return (
    <Button variant="ghost" isDisabled={!dashboard} onPress={() => void ask()}>
      <Bell aria-hidden />
      Tell me when something fails
    </Button>
  );
}

function presentWish(): Wish {
  if (typeof Notification === 'undefined') return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return wantsNotifications() ? 'on' : 'not-asked';
}
