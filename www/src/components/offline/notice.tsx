import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface NoticeProps {
  icon: LucideIcon;
  testId: string;
  children: ReactNode;
  action?: ReactNode;
}

/** A quiet sentence above the page, announced when there is time. */
export function Notice({ icon: Icon, testId, children, action }: NoticeProps) {
  return (
    <div data-testid={testId} className="panel mb-5 flex flex-wrap items-center gap-3 px-4 py-3">
      <Icon aria-hidden className="size-4 shrink-0 text-accent" />
      <p role="status" className="min-w-0 flex-1 basis-52 text-sm leading-6">
        {children}
      </p>
      {action}
    </div>
  );
}
