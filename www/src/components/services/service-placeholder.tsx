import { Skeleton } from '@heroui/react';
import { CloudOff } from 'lucide-react';
import { StateMessage } from '../state-message';

interface ServicePlaceholderProps {
  /** What is on its way, for screen readers. */
  label: string;
  /** It could not be read. */
  failed: boolean;
  /** It was read, and makes no sense. */
  unreadable: boolean;
}

const rows = ['first', 'second', 'third', 'fourth'];

/** What stands in a service's room before there is something to show. */
export function ServicePlaceholder({ label, failed, unreadable }: ServicePlaceholderProps) {
  if (unreadable) {
    return (
      <StateMessage icon={CloudOff} title="The answer makes no sense">
        The service answers in a way that this app does not know. Ask the person who runs it to look for a
        newer version.
      </StateMessage>
    );
  }
  if (failed) {
    return (
      <StateMessage icon={CloudOff} title="Nothing to show yet">
        It appears here by itself as soon as it can be read.
      </StateMessage>
    );
  }
  return (
    <div role="status" aria-label={label} className="px-5 pb-6 sm:px-6">
      <Skeleton className="h-8 w-40 max-w-full rounded-md" />
      {rows.map((row) => (
        <Skeleton key={row} className="mt-4 h-5 w-full rounded-md" />
      ))}
    </div>
  );
}
