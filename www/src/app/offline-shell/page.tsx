import { Shell } from '@/components/offline/shell';
import { ThemeScript } from '@/components/theme-script';

export const dynamic = 'force-static';

/** The page that the service worker keeps: the same for everybody, with nothing of anybody in it. */
export default function OfflineShellPage() {
  return (
    <>
      <ThemeScript nonce={undefined} />
      <Shell />
    </>
  );
}
