import type { ReactNode } from 'react';
import type { Verdict } from '@/lib/health/verdict';
import { stateLooks } from './state-look';

/** How everything stands: one mark and one sentence, announced when it changes. */
export function VerdictPanel({ verdict, actions }: { verdict: Verdict; actions: ReactNode }) {
  const { state, sentence, detail } = verdict;
  const { icon: Icon, soft, text } = stateLooks[state];
  return (
    <div
      data-testid="health-verdict"
      data-state={state}
      className="panel flex flex-col gap-x-8 gap-y-6 p-6 sm:flex-row sm:items-center sm:p-9"
    >
      <span className={`relative grid size-24 shrink-0 place-items-center rounded-full sm:size-32 ${soft}`}>
        <span
          aria-hidden
          className={`absolute inset-2.5 rounded-full border border-current opacity-25 ${text}`}
        />
        <span
          aria-hidden
          className={`absolute -inset-2 rounded-full border border-current opacity-10 ${text}`}
        />
        <Icon aria-hidden strokeWidth={1.5} className="size-11 sm:size-14" />
      </span>
      <div className="min-w-0 grow">
        <div role="status">
          <p className="font-display text-2xl leading-tight tracking-tight text-balance sm:text-4xl sm:leading-tight">
            {sentence}
          </p>
          <p className="mt-2 max-w-prose text-pretty text-muted">{detail}</p>
        </div>
        <div className="mt-5 flex flex-wrap items-center gap-2">{actions}</div>
      </div>
    </div>
  );
}
