import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientDraft, draftToClient, emptyDraft, validateDraft } from '../src/lib/client-draft.ts';

function draft(change: Partial<ClientDraft>): ClientDraft {
  return { ...emptyDraft('enquiry'), name: 'Hannah Reid', ...change };
}

test('a name is enough', () => {
  assert.deepEqual(validateDraft(draft({})), {});
  assert.deepEqual(Object.keys(validateDraft(draft({ name: '   ' }))), ['name']);
});

test('each field that cannot be saved has its sentence', () => {
  const errors = validateDraft(
    draft({
      email: 'hannah@',
      phone: 'ring me',
      weddingDate: '2027-02-30',
      guestCount: '12.5',
      budget: 'a lot',
    }),
  );
  assert.deepEqual(Object.keys(errors).sort(), ['budget', 'email', 'guestCount', 'phone', 'weddingDate']);
  for (const sentence of Object.values(errors)) assert.match(sentence, /\.$/);
});

test('a booked wedding needs a date', () => {
  assert.ok(validateDraft(draft({ status: 'booked' })).weddingDate);
  assert.deepEqual(validateDraft(draft({ status: 'booked', weddingDate: '2027-06-06' })), {});
});

test('what was left empty is saved as nothing, and pounds as pence', () => {
  const client = draftToClient(
    draft({ name: ' Hannah Reid ', guestCount: '80', budget: '£12,500.50', venue: ' ' }),
    'client',
    'supplier',
  );
  assert.deepEqual(client, {
    id: 'client',
    supplier_id: 'supplier',
    name: 'Hannah Reid',
    partner_name: null,
    email: null,
    phone: null,
    wedding_date: null,
    venue: null,
    guest_count: 80,
    budget_pence: 1_250_050,
    status: 'enquiry',
    notes: null,
  });
});
