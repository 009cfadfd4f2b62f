import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A way to a server on this machine that fails in the ways of networks; none of them tells the browser `offline` or
 * `online`.
 *
 * - `cut`: its connections end at once, without a word of the protocols on them, and new ones end as they open.
 * - `silence`: what is sent on its connections is lost in both directions, and neither end is told of the other's close;
 *   new connections pass. So a router behaves that has forgotten them.
 * - `hold`: nothing passes in either direction, on new connections neither, and after `restore` all of it arrives.
 */
export class BreakableLink {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  /** Those that lead nowhere any more, and are kept open. @type {Set<import('node:net').Socket>} */
  #silenced = new Set();
  #server;
  /** @type {'whole' | 'cut' | 'held'} */
  #state = 'whole';

  /** @param {import('node:net').Server} server */
  constructor(server) {
    this.#server = server;
  }

  /** @param {string} url of the server behind it */
  static async to(url) {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const link = new BreakableLink(server);
    server.on('connection', (near) => link.#pass(near, connect(Number(port), hostname)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  cut() {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  silence() {
    for (const socket of this.#sockets) {
      this.#silenced.add(socket);
      socket.unpipe();
      // Read and thrown away: a socket that is not read would push back at its sender some day.
      socket.resume();
    }
  }

  hold() {
    this.#state = 'held';
    for (const socket of this.#sockets) this.#holdBack(socket);
  }

  /** Ends a cut or a hold. */
  restore() {
    const wasHeld = this.#state === 'held';
    this.#state = 'whole';
    if (wasHeld) for (const release of this.#releases.values()) release();
  }

  close() {
    this.cut();
    this.#server.close();
  }

  /** How each socket's data goes to the other again. @type {Map<import('node:net').Socket, () => void>} */
  #releases = new Map();

  /** @param {import('node:net').Socket} socket */
  #holdBack(socket) {
    if (this.#silenced.has(socket)) return;
    socket.unpipe();
    socket.pause();
  }

  /** @param {import('node:net').Socket} near @param {import('node:net').Socket} far */
  #pass(near, far) {
    this.#join(near, far);
    this.#join(far, near);
    if (this.#state === 'cut') near.destroy();
  }

  /** @param {import('node:net').Socket} socket @param {import('node:net').Socket} other */
  #join(socket, other) {
    const release = () => void (this.#silenced.has(socket) || socket.pipe(other));
    this.#sockets.add(socket);
    this.#releases.set(socket, release);
    socket.setNoDelay(true);
    // What went wrong on one side is told to the other by its close.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#releases.delete(socket);
      if (!this.#silenced.delete(socket)) other.destroy();
    });
    if (this.#state === 'held') socket.pause();
    else release();
  }
}
