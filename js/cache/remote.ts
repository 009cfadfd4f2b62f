import type { Token } from '../integrations/token.js';
import type { RemoteAsk } from './news.js';

/** What the remote tier has said. `kind` `failed`: it was not reached, or does not serve. */
export type RemoteAnswer =
  | { kind: 'hit'; header: string; value: unknown; age: number }
  | { kind: 'miss' | 'failed' }
  /** `superseded`: it has not taken some, and these are the counters of all their tags. */
  | { kind: 'done' | 'superseded'; generations: Record<string, string> };

const FAILED: RemoteAnswer = { kind: 'failed' };
const MISS: RemoteAnswer = { kind: 'miss' };
const DONE: RemoteAnswer = { kind: 'done', generations: {} };

/** Asks the handler of `@wedsync/dashboard/server`. */
export class Remote {
  readonly #base: string;
  readonly #token: Token;
  readonly #isShared: (supplier: string) => boolean;

  /** @param isShared whether a supplier's values are anybody else's */
  constructor(base: string, token: Token, isShared: (supplier: string) => boolean) {
    this.#base = base.replace(/\/+$/, '');
    this.#token = token;
    this.#isShared = isShared;
  }

  /**
   * Never rejects.
   *
   * @param textOf the JSON of a value; `undefined` where JSON does not say all of it
   * @param within milliseconds for everything
   */
  async ask(
    ask: RemoteAsk,
    within: number,
    textOf: (value: unknown) => string | undefined,
    ended: AbortSignal,
  ): Promise<RemoteAnswer> {
    if (!this.#isShared(ask.supplier)) return ask.kind === 'get' ? MISS : DONE;
    const signal = AbortSignal.any([ended, AbortSignal.timeout(within)]);
    try {
      switch (ask.kind) {
        case 'get':
          return await this.#get(ask.supplier, ask.key, signal);
        case 'put':
          return await this.#put(ask.supplier, ask.entries, textOf, signal);
        default:
          return await this.#count(ask, signal);
      }
    } catch {
      return FAILED;
    }
  }

  async #get(supplier: string, key: string, signal: AbortSignal): Promise<RemoteAnswer> {
    const answer = await this.#send(`entry?${new URLSearchParams({ supplier, key })}`, { signal });
    if (answer.status === 204 || isRefused(answer)) return MISS;
    const header = answer.headers.get('x-cache-entry');
    if (answer.status !== 200 || header === null) return FAILED;
    const age = Number(answer.headers.get('x-cache-age') ?? Number(answer.headers.get('age')) * 1_000);
    return { kind: 'hit', header, value: await answer.json(), age: age >= 0 ? age : 0 };
  }

  async #put(
    supplier: string,
    entries: [key: string, header: string, value: unknown][],
    textOf: (value: unknown) => string | undefined,
    signal: AbortSignal,
  ): Promise<RemoteAnswer> {
    const sent = entries.flatMap(([key, header, value]): Sent[] => {
      if (header.length > LONGEST_HEADER) return [];
      const body = textOf(value);
      // What JSON does not say, or one request cannot hold, is not kept there, and what was there under its key goes.
      return [{ key, header, body: body === undefined || body.length > LONGEST_VALUE ? null : body }];
    });
    const counted: Record<string, string> = {};
    let kind: 'done' | 'superseded' = 'done';
    const batches = batched(sent);
    for (let entries = batches.shift(); entries; entries = batches.shift()) {
      const answer = await this.#post('entries', { supplier, entries }, signal);
      if (isRefused(answer)) {
        batches.unshift(...smaller(entries));
        continue;
      }
      if (answer.status !== 200) return FAILED;
      const { superseded, generations } = (await answer.json()) as {
        superseded: unknown[];
        generations: Record<string, string>;
      };
      if (superseded.length > 0) kind = 'superseded';
      Object.assign(counted, generations);
    }
    return { kind, generations: counted };
  }

  async #count(ask: Extract<RemoteAsk, { tags: string[] }>, signal: AbortSignal): Promise<RemoteAnswer> {
    const { kind, ...asked } = ask;
    const answer = await this.#post(kind, asked, signal);
    if (answer.status !== 200) return FAILED;
    const { generations } = (await answer.json()) as { generations: Record<string, string> };
    return { kind: 'done', generations };
  }

  #post(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    return this.#send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      signal,
    });
  }

  /** With the user's token; a refused one is asked for anew, once. */
  async #send(path: string, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
    for (const wasRefused of [false, true]) {
      const { authorization = '' } = await this.#token.headers(wasRefused);
      init.signal.throwIfAborted();
      const answer = await fetch(`${this.#base}/${path}`, {
        ...init,
        headers: { ...init.headers, authorization },
        cache: 'no-store',
        redirect: 'error',
      });
      if (answer.status !== 401) return answer;
    }
    throw new Error('The token was refused.');
  }
}

/** Whether it is there, and takes no such request: one that is too large, for example. */
const isRefused = ({ status }: Response): boolean => status === 400 || status === 413;

/** In place of a batch that was refused: whichever it does not take must not keep the others from it. */
function smaller(entries: Sent[]): Sent[][] {
  const [one, ...others] = entries;
  if (others.length === 0) return one && one.body !== null ? [[{ ...one, body: null }]] : [];
  const half = Math.ceil(entries.length / 2);
  return [entries.slice(0, half), entries.slice(half)];
}

/** The longest value that is sent, in characters. */
const LONGEST_VALUE = 5_000_000;
/** The most that is sent at once, in characters unless one value has more, and in entries. As bytes they are up to three times as many. */
const MOST_AT_ONCE = 3_000_000;
const MOST_ENTRIES = 500;
/** The longest header that a server gives, in characters. */
const LONGEST_HEADER = 12_288;

/** An entry as it is sent: its value as JSON, or `null` if it is not kept there. */
interface Sent {
  key: string;
  header: string;
  body: string | null;
}

function batched(sent: Sent[]): Sent[][] {
  const batches: Sent[][] = [];
  let batch: Sent[] = [];
  let left = 0;
  for (const one of sent) {
    const size = one.body?.length ?? 0;
    if (batch.length === 0 || batch.length === MOST_ENTRIES || size > left) {
      batch = [];
      batches.push(batch);
      left = MOST_AT_ONCE;
    }
    left -= size;
    batch.push(one);
  }
  return batches;
}
