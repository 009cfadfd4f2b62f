import { type ButtonVariants, buttonVariants } from '@heroui/styles';
import Link from 'next/link';
import type { ReactNode } from 'react';

interface ButtonLinkProps {
  href: string;
  variant?: ButtonVariants['variant'];
  className?: string;
  children: ReactNode;
}

/** A link that looks like a button, for going somewhere. */
export function ButtonLink({ href, variant = 'primary', className, children }: ButtonLinkProps) {
  return (
    <Link href={href} className={`${buttonVariants({ variant })} ring-on-focus ${className ?? ''}`}>
      {children}
    </Link>
  );
}
