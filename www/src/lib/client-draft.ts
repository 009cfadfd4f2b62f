import type { ClientStatus, NewClient } from '../data/types.ts';
import { isCalendarDay } from './dates.ts';
import { parsePounds } from './money.ts';

/** The form's fields as typed. */
export interface ClientDraft {
  name: string;
  partnerName: string;
  email: string;
  phone: string;
  weddingDate: string;
  venue: string;
  guestCount: string;
  budget: string;
  status: ClientStatus;
  notes: string;
}

export type DraftErrors = Partial<Record<keyof ClientDraft, string>>;

/** In the order of the form, so that the first error found is the first one on the screen. */
export const draftFields = [
  'name',
  'partnerName',
  'email',
  'phone',
  'weddingDate',
  'venue',
  'guestCount',
  'budget',
  'status',
  'notes',
] as const satisfies readonly (keyof ClientDraft)[];

export function emptyDraft(status: ClientStatus): ClientDraft {
  return {
    name: '',
    partnerName: '',
    email: '',
    phone: '',
    weddingDate: '',
    venue: '',
    guestCount: '',
    budget: '',
    status,
    notes: '',
  };
}

/** A sentence for each field that cannot be saved as it is. */
export function validateDraft(draft: ClientDraft): DraftErrors {
  const errors: DraftErrors = {};
  const text = (field: keyof ClientDraft) => draft[field].trim();

  if (text('name') === '') errors.name = 'Enter the client’s name.';
  else if (text('name').length > 200) errors.name = 'Shorten the name to 200 characters.';
  if (text('email') !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text('email'))) {
    errors.email = 'Enter an email address like name@example.com.';
  }
  if (text('phone') !== '' && !/^\+?[\d\s().-]{5,30}$/.test(text('phone'))) {
    errors.phone = 'Enter a phone number, for example 07700 900123.';
  }
  if (text('weddingDate') !== '' && !isCalendarDay(text('weddingDate'))) {
    errors.weddingDate = 'Choose a date that exists.';
  } else if (draft.status === 'booked' && text('weddingDate') === '') {
    errors.weddingDate = 'A booked wedding needs its date.';
  }
  if (
    text('guestCount') !== '' &&
    !(/^\d+$/.test(text('guestCount')) && Number(text('guestCount')) <= 10_000)
  ) {
    errors.guestCount = 'Enter a whole number of guests, up to 10,000.';
  }
  if (text('budget') !== '' && parsePounds(text('budget')) === null) {
    errors.budget = 'Enter an amount in pounds, for example 12,500.';
  }
  return errors;
}

/** The row to save. Call it only for a draft without errors. */
export function draftToClient(draft: ClientDraft, id: string, supplierId: string): NewClient {
  const optional = (value: string) => value.trim() || null;
  return {
    id,
    supplier_id: supplierId,
    name: draft.name.trim(),
    partner_name: optional(draft.partnerName),
    email: optional(draft.email),
    phone: optional(draft.phone),
    wedding_date: optional(draft.weddingDate),
    venue: optional(draft.venue),
    guest_count: draft.guestCount.trim() === '' ? null : Number(draft.guestCount.trim()),
    budget_pence: draft.budget.trim() === '' ? null : parsePounds(draft.budget),
    status: draft.status,
    notes: optional(draft.notes),
  };
}
