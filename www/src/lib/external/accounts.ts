import { createHash } from 'node:crypto';
import { limitedText } from './limited-text.ts';

/** Whose data a token's bearer may see: a supplier's id, or why there is none. */
export type Account =
  | { id: string; problem: null }
  | { id: null; problem: 'not_signed_in' | 'no_supplier' | 'backend_unavailable' };

/** So long a token's account is taken from memory, in milliseconds. */
const freshMs = 60_000;
/** So long while the backend does not answer: a database that is down must not take the other services with it. */
const spareMs = 600_000;
const mostTokens = 1_000;
const timeoutMs = 3_000;

/**
 * Reads the supplier that the token's user works for, the first by name as on the dashboard. That proves the token too:
 * the backend verifies it, and row level security decides what there is to see.
 */
export async function readAccount(
  { url, anonKey }: { url: string; anonKey: string },
  token: string,
): Promise<Account> {
  try {
    const response = await fetch(`${url}/rest/v1/suppliers?select=id&order=name&limit=1`, {
      headers: { apikey: anonKey, authorization: `Bearer ${token}` },
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await limitedText(response, 10_000);
    if (response.status === 401 || response.status === 403) return { id: null, problem: 'not_signed_in' };
    if (!response.ok || text === null) return { id: null, problem: 'backend_unavailable' };
    const [supplier] = JSON.parse(text) as { id: string }[];
    return supplier === undefined ? { id: null, problem: 'no_supplier' } : { id: supplier.id, problem: null };
  } catch {
    return { id: null, problem: 'backend_unavailable' };
  }
}

/** Remembers for a short time what {@link readAccount} said of a token; asked at once for one, it is read once. */
export class Accounts {
  readonly #read: (token: string) => Promise<Account>;
  readonly #now: () => number;
  readonly #known = new Map<string, { id: string; at: number }>();
  readonly #reading = new Map<string, Promise<Account>>();

  constructor(read: (token: string) => Promise<Account>, now: () => number = () => performance.now()) {
    this.#read = read;
    this.#now = now;
  }

  async of(token: string): Promise<Account> {
    // The tokens themselves need not lie about in memory.
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#known.get(key);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#now() - known.at;
    if (known !== undefined && age < freshMs) return { id: known.id, problem: null };
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      reading = this.#read(token)
        .then((account) => this.#keep(key, account))
        .finally(() => this.#reading.delete(key));
      this.#reading.set(key, reading);
    }
    const account = await reading;
    if (account.problem === 'backend_unavailable' && known !== undefined && age < spareMs) {
      return { id: known.id, problem: null };
    }
    return account;
  }

  #keep(key: string, account: Account): Account {
    if (account.problem === 'backend_unavailable') return account;
    this.#known.delete(key);
    if (account.problem !== null) return account;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostTokens && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, { id: account.id, at: this.#now() });
    return account;
  }
}
