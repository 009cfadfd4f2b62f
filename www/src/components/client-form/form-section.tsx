import type { ReactNode } from 'react';

/** A group of fields that belong together, two to a row where there is room. */
export function FormSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="border-t border-separator px-5 py-6 first-of-type:border-t-0 sm:px-7">
      <legend className="float-left mb-4 w-full font-display text-xl">{title}</legend>
      <div className="clear-both grid gap-x-5 gap-y-5 sm:grid-cols-2">{children}</div>
    </fieldset>
  );
}
