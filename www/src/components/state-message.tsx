import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface StateMessageProps {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  /** The way out: buttons or links. */
  action?: ReactNode;
  /** Something went wrong: screen readers announce it. */
  urgent?: boolean;
  /** The heading's level on its page. */
  level?: 1 | 2 | 3;
}

/** What stands where content would: nothing there yet, or it could not be read. */
export function StateMessage({ icon: Icon, title, children, action, urgent, level = 3 }: StateMessageProps) {
  const Heading = `h${level}` as const;
  return (
    <div role={urgent ? 'alert' : undefined} className="flex flex-col items-center px-6 py-10 text-center">
      <span
        className={`mb-4 grid size-12 place-items-center rounded-full ${urgent ? 'bg-danger-soft text-danger' : 'bg-default text-accent'}`}
      >
        <Icon aria-hidden className="size-5" />
      </span>
      <Heading className="font-display text-lg leading-snug text-balance">{title}</Heading>
      <p className="mt-1.5 max-w-sm text-sm leading-6 text-pretty text-muted">{children}</p>
      {action ? <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}
