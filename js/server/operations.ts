import { createHash } from 'node:crypto';
import { flag, parseHeader } from '../cache-protocol/header.js';
import { done, hit, miss, told } from './answers.js';
import { bodyOf, jsonOf } from './body.js';
import { Flights } from './flights.js';
import { Refusal } from './refusal.js';
import { countedOf, entriesOf, entryOf, type GivenEntry, keyOf, supplierOf, tagsOf } from './requests.js';
import { type CacheStore, type Counts, type NewEntry, Unreachable } from './store.js';

/** Bounds of what requests bring, in bytes and milliseconds. */
export interface Bounds {
  readonly maxEntryBytes: number;
  readonly maxRequestBytes: number;
  readonly maxAge: number;
}

/** Refuses who is not a member of a supplier's. */
export type Admit = (supplier: string) => Promise<void>;

/** Answers a request, once `admit` has let who sent it speak for the supplier that it names. */
export type Operation = (request: Request, admit: Admit) => Promise<Response>;

const encoder = new TextEncoder();

/** What a handler does, by the last part of the path and the method. */
export class Operations {
  readonly #store: CacheStore;
  readonly #bounds: Bounds;
  readonly #flights = new Flights();
  readonly #byPath: Readonly<Record<string, Readonly<Record<string, Operation>>>>;

  constructor(store: CacheStore, bounds: Bounds) {
    this.#store = store;
    this.#bounds = bounds;
    this.#byPath = {
      entry: { GET: this.#get, PUT: this.#put },
      entries: { POST: this.#putAll },
      invalidate: { POST: this.#invalidate },
      generations: { POST: this.#generations },
    };
  }

  /** @throws {Refusal} `invalid_request` if there is none. */
  of(request: Request): Operation {
    const path = new URL(request.url).pathname.split('/').at(-1) ?? '';
    const byMethod = Object.hasOwn(this.#byPath, path) ? this.#byPath[path] : undefined;
    if (byMethod === undefined) {
      throw new Refusal('invalid_request', 'There is nothing at this path.', { status: 404 });
    }
    const operation = Object.hasOwn(byMethod, request.method) ? byMethod[request.method] : undefined;
    if (operation === undefined) {
      const headers = { allow: Object.keys(byMethod).join(', ') };
      throw new Refusal('invalid_request', 'The method is not one of this path.', { status: 405, headers });
    }
    return operation;
  }

  readonly #get: Operation = async (request, admit) => {
    const { supplier, key } = namedBy(request);
    await admit(supplier);
    const [etag = ''] = /(?<=")[\w-]+(?=")/.exec(request.headers.get('if-none-match') ?? '') ?? [];
    try {
      const found = await this.#flights.join(supplier, JSON.stringify([key, etag]), () =>
        this.#store.read(supplier, key, etag),
      );
      return found === undefined ? miss(this.#store.tier) : hit(this.#store.tier, found);
    } catch (error) {
      if (error instanceof Unreachable) return miss('down');
      throw error;
    }
  };

  readonly #put: Operation = async (request, admit) => {
    const { supplier, key } = namedBy(request);
    const entry = entryOf(supplier, key, request.headers.get('x-cache-entry'));
    await admit(supplier);
    const body = await bodyOf(request, this.#bounds.maxEntryBytes);
    const [counts] = await this.#write(supplier, [this.#newEntry(entry, body)]);
    if (counts === undefined) return done();
    throw new Refusal('superseded', 'A tag of the entry was invalidated since its value was fetched.', {
      more: { generations: Object.fromEntries(counts) },
    });
  };

  readonly #putAll: Operation = async (request, admit) => {
    const { supplier, given } = await this.#asked(request, admit);
    const entries = entriesOf(supplier, given).map(({ entry, body }) =>
      this.#newEntry(entry, this.#kept(body)),
    );
    const results = await this.#write(supplier, entries);
    const keysOf = (isIt: (entry: NewEntry, counts: Counts | undefined) => boolean) =>
      entries.filter((entry, index) => isIt(entry, results[index])).map(({ key }) => key);
    return told({
      stored: keysOf(({ body }, counts) => counts === undefined && body !== undefined),
      removed: keysOf(({ body }, counts) => counts === undefined && body === undefined),
      superseded: keysOf((_, counts) => counts !== undefined),
      generations: Object.fromEntries(results.flatMap((counts) => counts ?? [])),
    });
  };

  readonly #invalidate: Operation = async (request, admit) => {
    const { supplier, given } = await this.#asked(request, admit);
    const counts = await this.#store.raise(supplier, tagsOf(supplier, given), countedOf(given));
    this.#flights.leave(supplier);
    return told({ generations: Object.fromEntries(counts) });
  };

  readonly #generations: Operation = async (request, admit) => {
    const { supplier, given } = await this.#asked(request, admit);
    const counts = await this.#store.counts(supplier, tagsOf(supplier, given));
    return told({ generations: Object.fromEntries(counts) });
  };

  /** The object that is a request's body, and the supplier in it. */
  async #asked(
    request: Request,
    admit: Admit,
  ): Promise<{ supplier: string; given: Record<string, unknown> }> {
    const given = await jsonOf(request, this.#bounds.maxRequestBytes);
    const { supplier: named } = given;
    const supplier = supplierOf(named);
    await admit(supplier);
    return { supplier, given };
  }

  async #write(supplier: string, entries: readonly NewEntry[]) {
    const results = await this.#store.write(supplier, entries);
    this.#flights.leave(supplier);
    return results;
  }

  /** One that is too large among others does not keep these out: of it, nothing is kept. */
  #kept(body: string | null): Uint8Array | undefined {
    const { maxEntryBytes } = this.#bounds;
    if (body === null || body.length > maxEntryBytes) return undefined;
    const bytes = encoder.encode(body);
    return bytes.byteLength > maxEntryBytes ? undefined : bytes;
  }

  #newEntry({ wanted, ...entry }: GivenEntry, body: Uint8Array | undefined): NewEntry {
    const isNothing = parseHeader(entry.header)?.flags === flag.nothing;
    if (body?.byteLength === 0 && !isNothing) {
      throw new Refusal(
        'invalid_request',
        'An entry must have a value, unless its header says that it has none.',
      );
    }
    const lifetime = Math.min(wanted, this.#bounds.maxAge);
    if (lifetime < 1)
      throw new Refusal('invalid_request', 'The header of an entry must have a time to live.');
    const etag = body ? createHash('sha256').update(body).digest('base64url').slice(0, 22) : '';
    return { ...entry, lifetime, etag, body };
  }
}

function namedBy(request: Request): { supplier: string; key: string } {
  const { searchParams } = new URL(request.url);
  return { supplier: supplierOf(searchParams.get('supplier')), key: keyOf(searchParams.get('key')) };
}
