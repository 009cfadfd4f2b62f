import type { Database } from '../database/database.js';
import type { Day } from './days.js';

/** A client as the external services know one. */
export interface Booking {
  id: string;
  couple: string;
  weddingDay: Day | null;
  budgetPence: number;
  isCertain: boolean;
  addedDay: Day;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** More than any supplier has. */
const mostAccounts = 1_000;

const select = `
  select id, name, partner_name, wedding_date::text as wedding_day, coalesce(budget_pence, 0)::text as budget_pence,
    (status <> 'enquiry')::text as is_certain, created_at::date::text as added_day
  from public.clients
  where supplier_id = $1::uuid and status <> 'lost'
  order by created_at, id
`;

/**
 * The clients of an account, which is a supplier's id. A real service has a database of its own: while the project's
 * does not answer, what it said last counts, and one that never had such a table has no bookings.
 */
export class Bookings {
  readonly #database: Database;
  readonly #known = new Map<string, Booking[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  async of(account: string): Promise<Booking[]> {
    if (!uuid.test(account)) return [];
    try {
      const { rows } = await this.#database.query(select, [account]);
      const found = rows.map((row) => ({
        id: row.id ?? '',
        couple: row.partner_name ? `${row.name} & ${row.partner_name}` : (row.name ?? ''),
        weddingDay: row.wedding_day ?? null,
        budgetPence: Number(row.budget_pence),
        isCertain: row.is_certain === 'true',
        addedDay: row.added_day ?? '',
      }));
      if (this.#known.size < mostAccounts) this.#known.set(account, found);
      return found;
    } catch {
      return this.#known.get(account) ?? [];
    }
  }
}
