import { WebSocketServer } from 'ws';
import { packed } from './packed-frames.mjs';

/**
 * A socket server that speaks just as much of the Realtime protocol as a benchmark needs: it accepts every join at once
 * and sends, on command, as many broadcasts as asked for. A real backend would measure its database too; where that
 * matters (`reconnect.*`) the cases use one.
 *
 * Clients are told apart by the key that they connect with. A page commands it over a second socket, `/feed?key=…`:
 * the frames come from the page (`page/frames.ts` writes them for all cases), and from then on only their number.
 */
export class RealtimeServer {
  #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  /** @type {Map<string, Set<Client>>} by key */
  #clients = new Map();

  /** @param {import('node:http').Server} server whose upgrade requests it takes */
  constructor(server) {
    server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (connection) => {
        const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
        if (pathname === '/feed') {
          this.#feed(connection, query.get('key') ?? '');
          return;
        }
        const client = new Client(connection, socket, query.get('vsn') === '2.0.0' ? 2 : 1);
        this.#add(query.get('apikey') ?? '', client);
        connection.on('close', () => this.#remove(query.get('apikey') ?? '', client));
      });
    });
  }

  /** The sockets that are open. @param {string} key */
  clientsOf(key) {
    return [...(this.#clients.get(key) ?? [])];
  }

  stop() {
    for (const connection of this.#sockets.clients) connection.terminate();
    this.#sockets.close();
  }

  /** @param {string} key @param {Client} client */
  #add(key, client) {
    const clients = this.#clients.get(key) ?? new Set();
    this.#clients.set(key, clients.add(client));
  }

  /** @param {string} key @param {Client} client */
  #remove(key, client) {
    const clients = this.#clients.get(key);
    clients?.delete(client);
    if (clients?.size === 0) this.#clients.delete(key);
  }

  /** @param {import('ws').WebSocket} connection @param {string} key */
  #feed(connection, key) {
    /** @type {string[]} */
    let frames = [];
    connection.on('message', (data) => {
      const command = JSON.parse(data.toString());
      if (command.frames) frames = command.frames;
      else for (const client of this.clientsOf(key)) client.flood(frames, command.send);
    });
  }
}

/** One socket, with the topics that it joined. */
class Client {
  /** @type {Set<string>} */
  topics = new Set();
  /** Bytes sent on this socket, without the frames' headers. */
  bytesSent = 0;
  #connection;
  #socket;
  #version;

  /**
   * @param {import('ws').WebSocket} connection
   * @param {import('node:stream').Duplex} socket what the connection writes to
   * @param {1 | 2} version
   */
  constructor(connection, socket, version) {
    this.#connection = connection;
    this.#socket = socket;
    this.#version = version;
    connection.on('message', (data, isBinary) => {
      if (!isBinary) this.#received(JSON.parse(data.toString()));
    });
  }

  /** @param {(Buffer | string)[]} frames */
  send(frames) {
    for (const frame of frames) {
      this.bytesSent += Buffer.byteLength(frame);
      this.#connection.send(frame, { binary: false });
    }
  }

  /**
   * Sends so many broadcasts, again and again from the first, as fast as the socket takes them. They are packed into
   * one piece beforehand, or this server and not the client would be what is measured.
   * @param {string[]} frames
   * @param {number} count
   */
  flood(frames, count) {
    const all = packed(frames);
    for (let left = count; left > 0; left -= frames.length) {
      this.#socket.write(left < frames.length ? packed(frames.slice(0, left)) : all);
    }
  }

  /** @param {any} frame */
  #received(frame) {
    const [joinRef, ref, topic, event, payload] =
      this.#version === 2 ? frame : [frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload];
    if (event === 'phx_join') this.topics.add(topic);
    if (event === 'phx_leave') this.topics.delete(topic);
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
