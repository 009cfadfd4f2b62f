'use client';

import { Button } from '@heroui/react';
import { useDashboard } from '@wedsync/dashboard/react';
import { Download } from 'lucide-react';
import { useState } from 'react';

/** Downloads how everything stands and stood, without what is personal, for a support ticket. */
export function ExportButton() {
  const dashboard = useDashboard();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const download = async () => {
    if (!dashboard) return;
    setBusy(true);
    setProblem(null);
    try {
      const report = await dashboard.health.report();
      save(`wedsync-health-${report.at.slice(0, 10)}.json`, JSON.stringify(report, null, 2));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The report could not be made.');
    }
    setBusy(false);
  };
  return (
    <>
      <Button variant="tertiary" isDisabled={!dashboard || busy} onPress={() => void download()}>
        <Download aria-hidden />
        Export for support
      </Button>
      {problem ? (
        <p role="alert" className="text-sm text-danger">
          {problem}
        </p>
      ) : null}
    </>
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then, and holds what it needs.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
