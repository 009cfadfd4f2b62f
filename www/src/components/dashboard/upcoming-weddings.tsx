import { CalendarHeart } from 'lucide-react';
import type { PipelineClient } from '@/data/types';
import type { CalendarDay } from '@/lib/dates';
import { ButtonLink } from '../button-link';
import { StateMessage } from '../state-message';
import { Panel } from './panel';
import { WeddingRow } from './wedding-row';

const shown = 8;

export function UpcomingWeddings({ weddings, today }: { weddings: PipelineClient[]; today: CalendarDay }) {
  const rest = weddings.length - shown;
  return (
    <Panel
      title="Upcoming weddings"
      aside={
        weddings.length > 0 ? (
          <p className="whitespace-nowrap text-sm text-muted">{weddings.length} booked</p>
        ) : null
      }
    >
      {weddings.length === 0 ? (
        <StateMessage
          icon={CalendarHeart}
          title="No weddings in the diary yet"
          action={
            <ButtonLink href="/clients/new?status=booked" variant="tertiary">
              Add a booked wedding
            </ButtonLink>
          }
        >
          Once a client is booked and has a date, the wedding appears here, the soonest first.
        </StateMessage>
      ) : (
        <ol>
          {weddings.slice(0, shown).map((wedding) => (
            <WeddingRow key={wedding.id} wedding={wedding} today={today} />
          ))}
        </ol>
      )}
      {rest > 0 ? (
        <p className="border-t border-separator px-5 py-3.5 text-sm text-muted sm:px-6">
          and {rest} more after these
        </p>
      ) : null}
    </Panel>
  );
}
