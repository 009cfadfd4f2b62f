'use client';

import { FieldError, Form, Input, Label, TextField } from '@heroui/react';
import { type FormEvent, useRef, useState } from 'react';
import { useSession } from '@/data/session';
import { signInSentence } from '@/lib/sentences';
import { Problem } from '../problem';
import { SubmitButton } from '../submit-button';

export interface Credentials {
  email: string;
  password: string;
}

interface SignInFormProps {
  credentials: Credentials;
  onChange: (credentials: Credentials) => void;
}

export function SignInForm({ credentials, onChange }: SignInFormProps) {
  const { backend } = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const emailRef = useRef<HTMLInputElement>(null);
  const passwordRef = useRef<HTMLInputElement>(null);
  const emailMissing = credentials.email.trim() === '';
  const passwordMissing = credentials.password === '';

  async function signIn(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setAsked(true);
    setProblem(null);
    if (emailMissing || passwordMissing) {
      (emailMissing ? emailRef : passwordRef).current?.focus();
      return;
    }
    setBusy(true);
    const { error } = await backend().auth.signInWithPassword({
      email: credentials.email.trim(),
      password: credentials.password,
    });
    // Signed in, the page leaves for the dashboard: until then the button stays busy.
    if (error) {
      setProblem(signInSentence(error));
      setBusy(false);
    }
  }

  // Sent before the scripts run, a form without this method would put the password into the address.
  return (
    <Form method="post" className="mt-7 flex flex-col gap-5" validationBehavior="aria" onSubmit={signIn}>
      {problem ? <Problem>{problem}</Problem> : null}
      <TextField
        name="email"
        type="email"
        autoComplete="username"
        isRequired
        isInvalid={asked && emailMissing}
        value={credentials.email}
        onChange={(email) => onChange({ ...credentials, email })}
      >
        <Label>Email</Label>
        <Input ref={emailRef} className="h-11" />
        <FieldError>Enter your email address.</FieldError>
      </TextField>
      <TextField
        name="password"
        type="password"
        autoComplete="current-password"
        isRequired
        isInvalid={asked && passwordMissing}
        value={credentials.password}
        onChange={(password) => onChange({ ...credentials, password })}
      >
        <Label>Password</Label>
        <Input ref={passwordRef} className="h-11" />
        <FieldError>Enter your password.</FieldError>
      </TextField>
      <SubmitButton label="Sign in" busyLabel="Signing in…" busy={busy} size="lg" className="w-full" />
    </Form>
  );
}
