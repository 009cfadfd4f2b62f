import type { ServiceStatus } from '@wedsync/dashboard';
import { breakerSentence, breakerStates, type ShownBreaker, shownBreaker } from '@/lib/health/breakers';
import { checkWords } from '@/lib/health/words';

const words: Record<ShownBreaker, string> = { closed: 'Closed', open: 'Open', 'half-open': 'Half-open' };

const colours: Record<ShownBreaker, string> = {
  closed: 'text-success',
  open: 'text-danger',
  'half-open': 'text-warning',
};

/** Each state is a third of the ring, clockwise from the top. */
const radius = 24;
const around = 2 * Math.PI * radius;
const gap = 9;
const arc = around / 3 - gap;

/** A service's breaker, as a ring of its three states. */
export function BreakerCard({ name, status }: { name: string; status: ServiceStatus }) {
  const shown = shownBreaker(status.breaker);
  return (
    <li
      data-testid="breaker"
      data-service={name}
      data-state={status.breaker}
      className="flex items-center gap-4 border-t border-separator px-5 py-4 sm:px-6"
    >
      <Ring shown={shown} />
      <div className="min-w-0">
        <h3 className="leading-6 font-medium">{checkWords(name).title}</h3>
        <p className="text-sm text-pretty text-muted">{breakerSentence(status)}</p>
        <p className="mt-1 flex flex-wrap items-center gap-x-1.5 text-xs text-muted">
          <span className="sr-only">State: </span>
          {breakerStates.map((state, index) => (
            <span key={state} aria-hidden={state !== shown} className="inline-flex items-center gap-1.5">
              {index > 0 ? <span aria-hidden>›</span> : null}
              <span className={state === shown ? 'font-semibold text-foreground' : ''}>
                {state === shown && status.breaker === 'isolated' ? 'Switched off' : words[state]}
              </span>
            </span>
          ))}
        </p>
      </div>
    </li>
  );
}

function Ring({ shown }: { shown: ShownBreaker }) {
  return (
    <svg aria-hidden viewBox="0 0 64 64" className="size-16 shrink-0 -rotate-90">
      {breakerStates.map((state, index) => (
        <circle
          key={state}
          cx={32}
          cy={32}
          r={radius}
          fill="none"
          strokeLinecap="round"
          strokeDasharray={`${arc} ${around - arc}`}
          strokeDashoffset={-(index * (around / 3) + gap / 2)}
          strokeWidth={state === shown ? 8 : 4}
          stroke={state === shown ? 'currentColor' : 'var(--border)'}
          className={colours[state]}
        />
      ))}
    </svg>
  );
}
