import { venuePlace } from '@/lib/quick-actions';
import { PageTop } from '../page-top';
import { ClientForm } from './client-form';

/** The form for a client, with the status and the venue that the address asks for. */
export function NewClientPage({
  status,
  venue,
}: {
  status: unknown;
  venue: string | string[] | null | undefined;
}) {
  return (
    <div className="mx-auto max-w-2xl">
      <PageTop title="Add a client" lead="A name is enough to start with. The rest can follow.">
        <ClientForm
          initialStatus={status === 'booked' ? 'booked' : 'enquiry'}
          initialVenue={venuePlace(venue)}
        />
      </PageTop>
    </div>
  );
}
