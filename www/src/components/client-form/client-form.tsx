'use client';

import { Form } from '@heroui/react';
import { useRouter } from 'next/navigation';
import { type FormEvent, useRef, useState } from 'react';
import { saveClient } from '@/data/queries';
import { useSession } from '@/data/session';
import { useSupplierData } from '@/data/supplier-data';
import type { ClientStatus } from '@/data/types';
import { useWorkplace } from '@/data/workplace';
import {
  type ClientDraft,
  type DraftErrors,
  draftFields,
  draftToClient,
  emptyDraft,
  validateDraft,
} from '@/lib/client-draft';
import { newIdentifier } from '@/lib/identifier';
import { ButtonLink } from '../button-link';
import { Problem } from '../problem';
import { SubmitButton } from '../submit-button';
import { ClientFields } from './client-fields';

interface ClientFormProps {
  initialStatus: ClientStatus;
  /** Which of the supplier's usual venues it is, if any. */
  initialVenue: number | null;
}

/** The form of a new client. What was typed stays until it is saved. */
export function ClientForm({ initialStatus, initialVenue }: ClientFormProps) {
  const router = useRouter();
  const { backend } = useSession();
  const { supplier } = useWorkplace();
  const { quickActions } = useSupplierData();
  const [typed, setTyped] = useState<Partial<ClientDraft>>({});
  const venue = initialVenue === null ? undefined : quickActions.value?.venues[initialVenue];
  const draft = { ...emptyDraft(initialStatus), ...(venue && { venue }), ...typed };
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // One identifier for all attempts at this client: see saveClient.
  const [identifier] = useState(newIdentifier);
  const formRef = useRef<HTMLFormElement>(null);
  // Errors appear when saving is first tried, and go as each field is put right.
  const errors: DraftErrors = asked ? validateDraft(draft) : {};

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setAsked(true);
    setProblem(null);
    const found = validateDraft(draft);
    const first = draftFields.find((field) => found[field] !== undefined);
    if (first) {
      formRef.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
      return;
    }
    setBusy(true);
    try {
      await saveClient(backend(), draftToClient(draft, identifier, supplier.id));
      router.push('/dashboard');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }

  return (
    <Form ref={formRef} method="post" validationBehavior="aria" onSubmit={save} className="panel mt-7">
      <ClientFields
        draft={draft}
        errors={errors}
        onChange={(change) => setTyped((previous) => ({ ...previous, ...change }))}
      />
      <div className="border-t border-separator px-5 py-5 sm:px-7">
        {problem ? (
          <div className="mb-4">
            <Problem>{problem}</Problem>
          </div>
        ) : null}
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <ButtonLink href="/dashboard" variant="tertiary" className="max-sm:w-full">
            Cancel
          </ButtonLink>
          <SubmitButton
            label="Save client"
            busyLabel="Saving…"
            busy={busy}
            className="max-sm:w-full"
            data-testid="save-client"
          />
        </div>
      </div>
    </Form>
  );
}
