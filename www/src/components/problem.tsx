import { Alert } from '@heroui/react';
import type { ReactNode } from 'react';

/** A sentence about what went wrong, above what it concerns; announced at once. */
export function Problem({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <Alert status="danger" role="alert" className="rounded-xl border border-danger-soft shadow-none">
      <Alert.Indicator />
      <Alert.Content>
        <Alert.Description className="pt-0.5 text-sm leading-6 text-foreground">{children}</Alert.Description>
      </Alert.Content>
      {action}
    </Alert>
  );
}
