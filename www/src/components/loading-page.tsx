import { BrandMark } from './brand-mark';

export function LoadingPage() {
  return (
    <main id="content" tabIndex={-1} className="grid min-h-dvh place-items-center outline-none">
      <div role="status" className="motion-safe:animate-pulse">
        <BrandMark className="size-12 text-accent" />
        <span className="sr-only">Loading</span>
      </div>
    </main>
  );
}
