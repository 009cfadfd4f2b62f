/** When cuts end by themselves: of a client's several the last end counts, for each was asked to last so long. */
export class Cuts {
  /** `null`: everyone's. A cut without an end has no timer. */
  readonly #ends = new Map<string | null, { at: number; timer: NodeJS.Timeout | undefined }>();
  readonly #end: (client: string | null) => void;

  constructor(end: (client: string | null) => void) {
    this.#end = end;
  }

  /** `forMs` is `null` for one that only `forget` ends. */
  begin(client: string | null, forMs: number | null): void {
    const at = forMs === null ? Number.POSITIVE_INFINITY : performance.now() + forMs;
    const present = this.#ends.get(client);
    if (present !== undefined && present.at >= at) return;
    clearTimeout(present?.timer);
    const timer = forMs === null ? undefined : setTimeout(() => this.#over(client), forMs).unref();
    this.#ends.set(client, { at, timer });
  }

  /** The cut was ended by hand; `null`: all were. */
  forget(client: string | null): void {
    for (const [cut, { timer }] of this.#ends) {
      if (client !== null && client !== cut) continue;
      clearTimeout(timer);
      this.#ends.delete(cut);
    }
  }

  #over(client: string | null): void {
    this.#ends.delete(client);
    this.#end(client);
  }
}
