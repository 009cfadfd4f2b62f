import type { PipelineClient } from '../data/types.ts';
import { addDays, type CalendarDay } from './dates.ts';

/** How far ahead `upcoming` looks. */
export const upcomingDays = 90;

/** The numbers of the tiles and the weddings of the list. */
export interface Overview {
  enquiries: number;
  /** Enquiries of the last seven days. */
  enquiriesThisWeek: number;
  booked: number;
  /** Booked weddings from today to {@link upcomingDays} ahead. */
  upcoming: number;
  bookedPence: number;
  /** Booked weddings that have no budget yet, which the sum therefore leaves out. */
  bookedWithoutBudget: number;
  /** Booked weddings from today on, soonest first. */
  weddings: PipelineClient[];
}

/** Sums up a supplier's enquiries and bookings as of `now`, whose calendar day is `today`. */
export function summarise(clients: readonly PipelineClient[], now: Date, today: CalendarDay): Overview {
  const horizon = addDays(today, upcomingDays);
  const weekAgo = now.getTime() - 7 * 86_400_000;
  const enquiries = clients.filter((client) => client.status === 'enquiry');
  const booked = clients.filter((client) => client.status === 'booked');
  const weddings = booked
    .filter((client) => client.wedding_date !== null && client.wedding_date >= today)
    .sort(bySoonestWedding);
  return {
    enquiries: enquiries.length,
    enquiriesThisWeek: enquiries.filter((client) => Date.parse(client.created_at) >= weekAgo).length,
    booked: booked.length,
    upcoming: weddings.filter((client) => client.wedding_date !== null && client.wedding_date <= horizon)
      .length,
    bookedPence: booked.reduce((sum, client) => sum + (client.budget_pence ?? 0), 0),
    bookedWithoutBudget: booked.filter((client) => client.budget_pence === null).length,
    weddings,
  };
}

function bySoonestWedding(left: PipelineClient, right: PipelineClient): number {
  const byDate = (left.wedding_date ?? '').localeCompare(right.wedding_date ?? '');
  return byDate === 0 ? left.name.localeCompare(right.name, 'en-GB') : byDate;
}
