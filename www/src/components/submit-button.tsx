import { Button, Spinner } from '@heroui/react';

interface SubmitButtonProps {
  label: string;
  busyLabel: string;
  busy: boolean;
  size?: 'md' | 'lg';
  className?: string;
  'data-testid'?: string;
}

/**
 * A form's button. While it is busy it keeps its place in the tab order, and says so; the form itself has to ignore
 * a second press.
 */
export function SubmitButton({ label, busyLabel, busy, className, ...rest }: SubmitButtonProps) {
  return (
    <>
      <Button type="submit" className={`${className ?? ''} ${busy ? 'cursor-progress' : ''}`} {...rest}>
        {busy ? <Spinner size="sm" color="current" aria-hidden /> : null}
        {busy ? busyLabel : label}
      </Button>
      <span role="status" className="sr-only">
        {busy ? busyLabel : ''}
      </span>
    </>
  );
}
