import { type ReactNode, useId } from 'react';

interface PanelProps {
  title: string;
  /** Right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled sheet of the dashboard: a landmark of its own. */
export function Panel({ title, aside, children }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="panel min-w-0 overflow-hidden">
      <div className="flex items-center justify-between gap-4 px-5 pt-5 pb-3 sm:px-6">
        <h2 id={id} className="font-display text-xl leading-7">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
