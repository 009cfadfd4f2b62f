import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A way to a server on this machine that can be cut: its connections end at once, without a word of the protocols on
 * them, and new ones end as they open. Browsers see the close, but no `offline` and no `online`.
 */
export class BreakableLink {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #server;
  #isCut = false;

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
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }

  /** @param {import('node:net').Socket} near @param {import('node:net').Socket} far */
  #pass(near, far) {
    this.#join(near, far);
    this.#join(far, near);
    if (this.#isCut) near.destroy();
  }

  /** @param {import('node:net').Socket} socket @param {import('node:net').Socket} other */
  #join(socket, other) {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // What went wrong on one side is told to the other by its close.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
    socket.pipe(other);
  }
}
