import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeServer, listen } from './listen.js';

/** The port of the project's URL, which can go away for a while and come back. */
export class ProjectPort {
  readonly #server: Server;
  readonly #host: string;
  readonly #stopped = new AbortController();
  #life = new AbortController();
  #url = '';
  #restart: Promise<void> | null = null;

  constructor(server: Server, host: string) {
    this.#server = server;
    this.#host = host;
  }

  /** Empty until the port is open. */
  get url(): string {
    return this.#url;
  }

  /** Aborted when the port goes away: what waits then must not run later, as if nothing had happened. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  async open(port: number): Promise<void> {
    this.#url = await listen(this.#server, port, this.#host, 'backend');
  }

  /**
   * Refuses connections, runs `whileDown`, and takes the same port again after so long. Resolves when it is open; a
   * second call meanwhile waits for the first.
   */
  restart(downForMs: number, whileDown: () => Promise<void>): Promise<void> {
    this.#restart ??= this.#goDownAndUp(downForMs, whileDown).finally(() => {
      this.#restart = null;
    });
    return this.#restart;
  }

  async stop(whileClosing: () => Promise<void>): Promise<void> {
    this.#stopped.abort();
    await this.#restart?.catch(() => {});
    await this.#close(whileClosing);
  }

  async #goDownAndUp(downForMs: number, whileDown: () => Promise<void>): Promise<void> {
    const { port } = new URL(this.#url);
    const waited = sleep(downForMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
    await this.#close(whileDown);
    await waited;
    this.#life = new AbortController();
    if (!this.#stopped.signal.aborted) await this.open(Number(port));
  }

  /** The port refuses at once; it is closed once `whileClosing` has ended the sockets that were upgraded. */
  async #close(whileClosing: () => Promise<void>): Promise<void> {
    this.#life.abort();
    const closed = this.#server.listening ? closeServer(this.#server) : undefined;
    await whileClosing();
    await closed;
  }
}
