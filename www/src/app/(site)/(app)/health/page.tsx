import type { Metadata } from 'next';
import { HealthPage } from '@/components/health/health-page';
import { PageTop } from '@/components/page-top';

export const metadata: Metadata = { title: 'Health' };

export default function Page() {
  return (
    <PageTop title="How everything stands">
      <HealthPage />
    </PageTop>
  );
}
