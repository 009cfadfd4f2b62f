import { MapPinOff } from 'lucide-react';
import type { Metadata } from 'next';
import { ButtonLink } from '@/components/button-link';
import { FullPage } from '@/components/full-page';
import { SiteFrame } from '@/components/site-frame';
import { StateMessage } from '@/components/state-message';

export const metadata: Metadata = { title: 'Page not found' };

export default function NotFound() {
  return (
    <SiteFrame>
      <FullPage>
        <StateMessage
          icon={MapPinOff}
          level={1}
          title="There is nothing at this address"
          action={<ButtonLink href="/dashboard">Go to the dashboard</ButtonLink>}
        >
          The page may have moved, or the address may have a typing mistake in it.
        </StateMessage>
      </FullPage>
    </SiteFrame>
  );
}
