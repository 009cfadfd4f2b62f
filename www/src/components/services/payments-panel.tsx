'use client';

import { usePayouts } from '@/data/services';
import { dateLeaf, formatMediumDate } from '@/lib/dates';
import { formatPence } from '@/lib/money';
import type { Payment, Payouts } from '@/lib/payouts';
import { Panel } from '../dashboard/panel';
import { Freshness } from './freshness';
import { ServicePlaceholder } from './service-placeholder';

const shown = 5;

/** What couples have paid, and what comes to the supplier's bank next. */
export function PaymentsPanel() {
  const { value: payouts, age, error, isUnreadable } = usePayouts();
  return (
    <Panel title="Your payouts" aside={<Freshness age={age} error={error} />}>
      {payouts === null ? (
        <ServicePlaceholder label="Loading the payouts" failed={error !== null} unreadable={isUnreadable} />
      ) : (
        <>
          <Balance payouts={payouts} />
          <h3 className="sr-only">Last payments</h3>
          {payouts.payments.length === 0 ? (
            <p className="px-5 pb-5 text-sm text-muted sm:px-6">No payments yet.</p>
          ) : (
            <ul className="pb-2">
              {payouts.payments.slice(0, shown).map((payment) => (
                <PaymentRow key={payment.id} payment={payment} />
              ))}
            </ul>
          )}
        </>
      )}
    </Panel>
  );
}

function Balance({ payouts }: { payouts: Payouts }) {
  const { availablePence, pendingPence, nextPayout } = payouts;
  const leaf = nextPayout && dateLeaf(nextPayout.date);
  return (
    <dl className="grid grid-cols-2 gap-4 px-5 pb-5 sm:px-6">
      <div className="min-w-0">
        <dt className="text-sm text-muted">Available</dt>
        <dd className="mt-1 font-display text-2xl leading-tight tracking-tight tabular-nums">
          {formatPence(availablePence)}
        </dd>
        <dd className="mt-0.5 text-xs leading-4 text-muted">
          {pendingPence > 0 ? `and ${formatPence(pendingPence)} clearing` : 'Nothing clearing'}
        </dd>
      </div>
      <div className="min-w-0">
        <dt className="text-sm text-muted">Next payout</dt>
        <dd className="mt-1 font-display text-2xl leading-tight tracking-tight">
          {leaf ? `${leaf.weekday.slice(0, 3)} ${leaf.day} ${leaf.month}` : 'None due'}
        </dd>
        {nextPayout ? (
          <dd className="mt-0.5 text-xs leading-4 text-muted tabular-nums">
            {formatPence(nextPayout.amountPence)}
          </dd>
        ) : null}
      </div>
    </dl>
  );
}

function PaymentRow({ payment }: { payment: Payment }) {
  return (
    <li className="flex items-baseline justify-between gap-4 border-t border-separator px-5 py-3 sm:px-6">
      <div className="min-w-0">
        <p className="truncate text-sm leading-5">{payment.from}</p>
        <p className="text-xs leading-4 text-muted">
          {payment.kind === 'deposit' ? 'Deposit' : 'Balance'},{' '}
          <time dateTime={payment.date}>{formatMediumDate(payment.date)}</time>
        </p>
      </div>
      <p className="shrink-0 text-right text-sm leading-5 tabular-nums">
        {formatPence(payment.amountPence)}
        {payment.status === 'pending' ? <span className="block text-xs text-muted">clearing</span> : null}
      </p>
    </li>
  );
}
