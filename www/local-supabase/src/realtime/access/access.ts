import type { Claims } from '../../database/caller.js';
import type { Database } from '../../database/database.js';
import { type Extension, mayRead, mayWrite } from './authorization.js';

/**
 * What a channel may do, as the policies said when they were first asked under its present token. A public channel
 * may do everything, and asks nobody.
 */
export class Access {
  readonly #database: Database;
  readonly #topic: string;
  readonly #isPrivate: boolean;
  readonly #readable = new Map<Extension, boolean>();
  readonly #writable = new Map<Extension, boolean>();
  readonly claims: Claims;

  constructor(database: Database, claims: Claims, topic: string, isPrivate: boolean) {
    this.#database = database;
    this.claims = claims;
    this.#topic = topic;
    this.#isPrivate = isPrivate;
  }

  /** Asks for the right to read. `false` if there is none to any of these. */
  async askToRead(extensions: readonly Extension[]): Promise<boolean> {
    if (!this.#isPrivate) return true;
    const granted = await mayRead(this.#database, this.claims, this.#topic, extensions);
    for (const extension of extensions) this.#readable.set(extension, granted.has(extension));
    return granted.size > 0;
  }

  /** What was answered; `false` if it was not asked. */
  canRead(extension: Extension): boolean {
    return !this.#isPrivate || this.#readable.get(extension) === true;
  }

  hasAskedToRead(extension: Extension): boolean {
    return !this.#isPrivate || this.#readable.has(extension);
  }

  /** Without a promise where the answer is known. */
  canWrite(extension: Extension): boolean | Promise<boolean> {
    return !this.#isPrivate || (this.#writable.get(extension) ?? this.#askToWrite(extension));
  }

  async #askToWrite(extension: Extension): Promise<boolean> {
    const granted = await mayWrite(this.#database, this.claims, this.#topic, extension);
    this.#writable.set(extension, granted);
    return granted;
  }
}
