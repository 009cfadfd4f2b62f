'use client';

import { Button } from '@heroui/react';
import type { Demo } from '@/lib/demo';
import type { Credentials } from './sign-in-form';

interface DemoUsersProps {
  demo: Demo;
  onChoose: (credentials: Credentials) => void;
}

/** The seeded users of a demonstration, each one press away from the form. */
export function DemoUsers({ demo, onChoose }: DemoUsersProps) {
  const { password, users } = demo;
  return (
    <section aria-labelledby="demo-users" className="mt-8 border-t border-separator pt-6">
      <h2 id="demo-users" className="text-sm font-medium">
        Demo users
      </h2>
      <p className="mt-1 text-sm text-muted">
        Choose one to fill in the form. The password of each is{' '}
        <code className="text-[0.8125rem]">{password}</code>.
      </p>
      <ul className="mt-3 grid gap-2">
        {users.map((user) => (
          <li key={user.email}>
            <Button
              variant="outline"
              fullWidth
              className="h-auto justify-between rounded-xl py-2.5 text-left whitespace-normal md:h-auto"
              onPress={() => onChoose({ email: user.email, password })}
            >
              <span className="min-w-0">
                <span className="block truncate">{user.email}</span>
                <span className="block text-xs font-normal text-muted">{user.work}</span>
              </span>
              <span className="shrink-0 text-xs text-accent">Use {user.name}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
