import type { DashboardCircuitBreaker } from '../resilience/breaker.js';
import { lastUser } from '../wedsync_dashboard.js';

const PREFIX = 'wedsync-breaker:';

/**
 * The states of a user's breakers, for the user's other tabs and the next page. They are in `localStorage`, which is read before the first
 * call goes out and tells other tabs of changes, also where the databases cannot be opened; what is in it the module decides.
 */
export class SharedBreakers {
  readonly #project: string;
  readonly #shared = new Map<string, DashboardCircuitBreaker>();
  /** Whose page it was last, of whom it is until somebody else is known. */
  readonly #presumed: string | null;
  /** `undefined`: not known yet. `null`: nobody. */
  #user: string | null | undefined;
  #isSilent = false;
  /** The user has signed out: calls that end after it leave nothing, until somebody else is here. */
  #isWiped = false;
  readonly #changed = ({ key, newValue }: StorageEvent) => {
    const prefix = this.#prefix;
    if (key?.startsWith(prefix) && newValue !== null) {
      this.#shared.get(key.slice(prefix.length))?.adopt(newValue);
    }
  };

  /** The module is loaded. */
  constructor(project: string) {
    this.#project = project;
    this.#presumed = lastUser(project) ?? null;
    addEventListener('storage', this.#changed);
  }

  /** Shares a breaker by its name from now on. */
  share(breaker: DashboardCircuitBreaker): void {
    const { name } = breaker;
    this.#shared.set(name, breaker);
    this.#restore(name, breaker);
    breaker.onChange(() => {
      const told = breaker.shared();
      if (told && !this.#isSilent && !this.#isWiped)
        attempt(() => localStorage.setItem(this.#prefix + name, told));
    });
  }

  /**
   * Another user may be here now: what one has met with says nothing of the other's.
   *
   * @returns whether one is, in the place of another
   */
  userChanged(isNobody: boolean): boolean {
    const user = isNobody ? null : (lastUser(this.#project) ?? null);
    const former = this.#user;
    this.#user = user;
    const isKept = former === user || (former === undefined && user === this.#presumed);
    if (isKept) return false;
    this.#isWiped = false;
    // That it begins anew is no news of the service.
    this.#isSilent = true;
    for (const [name, breaker] of this.#shared) {
      breaker.reset();
      this.#restore(name, breaker);
    }
    this.#isSilent = false;
    return former !== undefined;
  }

  /** Removes what is kept of the user's, and keeps nothing more of theirs. Each of their tabs does so, whichever has signed out. */
  wipe(): void {
    this.#isWiped = true;
    attempt(() => {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.#prefix)) localStorage.removeItem(key);
      }
    });
  }

  close(): void {
    removeEventListener('storage', this.#changed);
  }

  get #prefix(): string {
    return `${PREFIX}${JSON.stringify([this.#project, this.#user === undefined ? this.#presumed : this.#user])}`;
  }

  #restore(name: string, breaker: DashboardCircuitBreaker): void {
    attempt(() => {
      const told = localStorage.getItem(this.#prefix + name);
      if (told !== null) breaker.adopt(told);
    });
  }
}

/** Where the site's data are blocked, or the place is full, each tab has its own states. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // As above.
  }
}
