const arches = [36, 72, 108, 144, 180, 216];

/** The picture beside the form: a row of arches, as a barn's doors stand open behind each other. */
export function Archway() {
  return (
    <aside
      aria-label="About Wedsync"
      className="relative hidden overflow-hidden bg-[oklch(0.33_0.085_10)] text-[oklch(0.95_0.02_70)] lg:block"
    >
      <svg
        viewBox="0 0 600 800"
        preserveAspectRatio="xMidYMax meet"
        fill="none"
        aria-hidden="true"
        className="absolute inset-0 size-full"
      >
        {arches.map((width, index) => (
          <path
            key={width}
            d={`M${300 - width} 800V${660 - width * 0.5}a${width} ${width} 0 0 1 ${width * 2} 0V800`}
            stroke="currentColor"
            strokeWidth="1.25"
            opacity={0.62 - index * 0.085}
            fill="currentColor"
            fillOpacity={0.035}
          />
        ))}
      </svg>
      <div className="relative flex h-full flex-col p-12 xl:p-16">
        <p className="max-w-md font-display text-4xl leading-[1.15] tracking-tight text-balance">
          A lost enquiry is a lost wedding.
        </p>
        <p className="mt-4 max-w-sm leading-7 text-[oklch(0.9_0.03_60)]">
          Your team’s enquiries, bookings and payments, on every screen the moment they happen.
        </p>
      </div>
    </aside>
  );
}
