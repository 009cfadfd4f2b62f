import { type Availability, type CalendarSummary, weekdayOf } from '@/lib/availability';
import { type CalendarDay, dateLeaf } from '@/lib/dates';

const weekdays = ['M', 'T', 'W', 'T', 'F', 'S', 'S'].map((letter, index) => ({ letter, id: index }));

/** Told apart by shape too: filled, ringed, plain. */
const looks: Record<Availability['availability'], string> = {
  booked: 'bg-accent text-accent-foreground font-medium',
  held: 'ring-[1.5px] ring-inset ring-accent text-foreground',
  free: 'text-muted',
};

const legend: { availability: Availability['availability']; word: string }[] = [
  { availability: 'booked', word: 'booked' },
  { availability: 'held', word: 'held' },
  { availability: 'free', word: 'free' },
];

interface MonthStripProps {
  days: readonly Availability[];
  summary: CalendarSummary;
  today: CalendarDay;
}

/** The next weeks at a glance, Monday first. One picture for screen readers, whose words are beside it. */
export function MonthStrip({ days, summary, today }: MonthStripProps) {
  const first = days[0];
  if (!first) return null;
  const before = (weekdayOf(first.date) + 6) % 7;
  const { booked, held, free } = summary;
  const weeks = Math.round(days.length / 7);
  return (
    <figure className="w-full max-w-72 min-w-0 sm:w-64">
      <div
        role="img"
        aria-label={`The next ${weeks} weeks: ${booked} days booked, ${held} held, ${free} free.`}
        className="grid grid-cols-7 gap-1 text-center text-xs tabular-nums"
      >
        {weekdays.map(({ letter, id }) => (
          <span key={id} className="pb-1 text-[0.6875rem] text-muted">
            {letter}
          </span>
        ))}
        {days.map((day, index) => {
          const leaf = dateLeaf(day.date);
          const isFirst = index === 0 || leaf.day === '1';
          return (
            <span
              key={day.date}
              title={`${leaf.weekday} ${leaf.day} ${leaf.month}: ${day.title ?? day.availability}`}
              style={index === 0 ? { gridColumnStart: before + 1 } : undefined}
              className={`grid aspect-square place-items-center rounded-lg leading-none ${looks[day.availability]} ${
                day.date < today ? 'opacity-40' : ''
              }`}
            >
              <span>
                {leaf.day}
                {isFirst ? <span className="mt-0.5 block text-[0.5625rem]">{leaf.month}</span> : null}
              </span>
            </span>
          );
        })}
      </div>
      <figcaption aria-hidden className="mt-3 flex gap-4 text-xs text-muted">
        {legend.map(({ availability, word }) => (
          <span key={word} className="inline-flex items-center gap-1.5">
            <span
              className={`size-3 rounded ${availability === 'free' ? 'border border-border' : looks[availability]}`}
            />
            {summary[availability]} {word}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
