/** Two rings, interlocked. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" fill="none" aria-hidden="true" className={className}>
      <circle cx="12" cy="18" r="8.25" stroke="currentColor" strokeWidth="2" />
      <path
        d="M15.6 11.2a8.25 8.25 0 1 1 1.1 12.9"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        opacity="0.7"
      />
      <path d="m9.6 6.2 2.4-2.4 2.4 2.4-2.4 2.6z" fill="currentColor" />
    </svg>
  );
}
