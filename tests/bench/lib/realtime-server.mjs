import { WebSocketServer } from 'ws';

/**
 * A socket server that speaks just as much of the Realtime protocol as a benchmark needs: it accepts every join at once
 * and sends, on command, as many broadcasts as asked for. A real backend would measure its database too; where that
 * matters (`reconnect.*`) the cases use one.
 *
 * Clients are told apart by the key that they connect with.
 */
export class RealtimeServer {
  #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  /** @type {Map<string, Set<Client>>} by key */
  #clients = new Map();

  /** @param {import('node:http').Server} server whose upgrade requests it takes */
  constructor(server) {
    server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (connection) => {
        const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
        const key = query.get('apikey') ?? '';
        const client = new Client(connection, query.get('vsn') === '2.0.0' ? 2 : 1);
        const clients = this.#clients.get(key) ?? new Set();
        this.#clients.set(key, clients.add(client));
        connection.on('close', () => clients.delete(client));
      });
    });
  }

  /** @param {string} key */
  clientsOf(key) {
    return [...(this.#clients.get(key) ?? [])];
  }

  stop() {
    for (const connection of this.#sockets.clients) connection.terminate();
    this.#sockets.close();
  }
}

/** One socket, with the topics that it joined. */
class Client {
  /** @type {string[]} */
  topics = [];
  /** Bytes sent on this socket, without the frames' headers. */
  bytesSent = 0;
  #connection;
  #version;

  /** @param {import('ws').WebSocket} connection @param {1 | 2} version */
  constructor(connection, version) {
    this.#connection = connection;
    this.#version = version;
    connection.on('message', (data, isBinary) => {
      if (!isBinary) this.#received(JSON.parse(data.toString()));
    });
  }

  /**
   * Sends broadcasts to the joined topics in turn; they are written by the frames module that the pages use.
   * @param {(Buffer | string)[]} frames
   */
  send(frames) {
    for (const frame of frames) {
      this.bytesSent += frame.length;
      this.#connection.send(frame);
    }
  }

  /** @param {any} frame */
  #received(frame) {
    const [joinRef, ref, topic, event, payload] =
      this.#version === 2 ? frame : [frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload];
    if (event === 'phx_join') this.topics.push(topic);
    if (event === 'phx_leave') this.topics = this.topics.filter((joined) => joined !== topic);
    if (ref === null || ref === undefined) return;
    const response = event === 'phx_join' ? { postgres_changes: payload.config?.postgres_changes ?? [] } : {};
    this.#reply(joinRef ?? null, ref, topic, { status: 'ok', response });
  }

  /** @param {string | null} joinRef @param {string} ref @param {string} topic @param {object} payload */
  #reply(joinRef, ref, topic, payload) {
    const frame =
      this.#version === 2
        ? [joinRef, ref, topic, 'phx_reply', payload]
        : { join_ref: joinRef, ref, topic, event: 'phx_reply', payload };
    this.send([JSON.stringify(frame)]);
  }
}
