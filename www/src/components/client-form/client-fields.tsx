import type { ClientDraft, DraftErrors } from '@/lib/client-draft';
import { FormSection } from './form-section';
import { StatusSelect } from './status-select';
import { TextEntry } from './text-entry';

interface ClientFieldsProps {
  draft: ClientDraft;
  errors: DraftErrors;
  onChange: (change: Partial<ClientDraft>) => void;
}

export function ClientFields({ draft, errors, onChange }: ClientFieldsProps) {
  const entry = (field: Exclude<keyof ClientDraft, 'status'>) => ({
    name: field,
    value: draft[field],
    error: errors[field],
    onChange: (value: string) => onChange({ [field]: value }),
  });
  return (
    <>
      <FormSection title="The couple">
        <TextEntry {...entry('name')} label="Client’s name" isRequired testId="client-name" />
        <TextEntry {...entry('partnerName')} label="Partner’s name" />
        <TextEntry {...entry('email')} label="Email" type="email" />
        <TextEntry {...entry('phone')} label="Phone" type="tel" />
      </FormSection>
      <FormSection title="The wedding">
        <TextEntry {...entry('weddingDate')} label="Wedding date" type="date" />
        <StatusSelect value={draft.status} onChange={(status) => onChange({ status })} />
        <TextEntry {...entry('venue')} label="Venue" className="sm:col-span-2" />
        <TextEntry {...entry('guestCount')} label="Guests" inputMode="numeric" />
        <TextEntry {...entry('budget')} label="Budget in pounds" prefix="£" inputMode="decimal" />
      </FormSection>
      <FormSection title="Notes">
        <TextEntry
          {...entry('notes')}
          label="What to remember"
          multiline
          className="sm:col-span-2"
          description="Only your team sees this."
        />
      </FormSection>
    </>
  );
}
