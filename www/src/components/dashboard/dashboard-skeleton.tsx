import { Skeleton } from '@heroui/react';

const rows = ['first', 'second', 'third', 'fourth', 'fifth'];

/** The dashboard's outline while its data are on the way, in the places where they will stand. */
export function DashboardSkeleton() {
  return (
    <div role="status" aria-label="Loading the dashboard">
      <h1 className="sr-only">Dashboard</h1>
      <Skeleton className="h-4 w-44 rounded-md" />
      <Skeleton className="mt-3 h-10 w-72 max-w-full rounded-lg" />
      <div className="panel mt-7 grid grid-cols-2 lg:grid-cols-4">
        {rows.slice(0, 4).map((row) => (
          <div key={row} className="p-4 sm:p-6">
            <Skeleton className="h-4 w-24 rounded-md" />
            <Skeleton className="mt-3 h-8 w-16 rounded-md" />
            <Skeleton className="mt-3 h-3 w-28 max-w-full rounded-md" />
          </div>
        ))}
      </div>
      <div className="mt-6 grid items-start gap-6 lg:grid-cols-[minmax(0,1.65fr)_minmax(0,1fr)]">
        {['weddings', 'activity'].map((panel) => (
          <div key={panel} className="panel p-5 sm:p-6">
            <Skeleton className="h-6 w-40 rounded-md" />
            {rows.map((row) => (
              <div key={row} className="mt-5 flex items-center gap-4">
                <Skeleton className="size-12 shrink-0 rounded-xl" />
                <div className="grow">
                  <Skeleton className="h-4 w-3/5 rounded-md" />
                  <Skeleton className="mt-2 h-3 w-2/5 rounded-md" />
                </div>
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
