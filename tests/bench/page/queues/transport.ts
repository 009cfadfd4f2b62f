import type { Sent } from './queue.js';

/** Where a table's mutations are sent to: nothing listens there, and nothing is asked. */
export function endpointOf(table: string): string {
  return `http://fake.invalid/rest/v1/${table}`;
}

/** How a mutation is sent, whatever queue it waited in. */
export function requestInit(id: string, body: string): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': id },
    body,
  };
}

/** A `fetch` that answers 200 at once, given equally to all queues. */
export class FakeTransport {
  #count = 0;
  #keeps = false;
  #kept: Promise<string>[] = [];

  readonly fetch = async (input: string | Request, init?: RequestInit): Promise<Response> => {
    this.#count += 1;
    if (this.#keeps) this.#kept.push(new Request(input, init).text());
    return new Response(null, { status: 200 });
  };

  /** Forgets; from now on bodies are kept, for comparison, or only counted, for measuring. */
  clear(keepBodies: boolean): void {
    this.#count = 0;
    this.#keeps = keepBodies;
    this.#kept = [];
  }

  async sent(): Promise<Sent> {
    return { count: this.#count, bodies: await Promise.all(this.#kept) };
  }
}
