import type { Service } from './faults/types.js';

/** What a realtime socket counts. In is from the client, out is to it; a message is a frame. */
export interface SocketCounts {
  /** Accepted joins. */
  joins: number;
  refusedJoins: number;
  messagesIn: number;
  messagesOut: number;
  /** Payload bytes of the frames. */
  bytesIn: number;
  bytesOut: number;
}

/** What is counted of one client. */
export interface ClientCounts extends SocketCounts {
  /** Realtime sockets that were opened. */
  opened: number;
  refusedHandshakes: number;
  /** By service; a handshake is one of `realtime`. Preflights are not counted: a browser keeps their answers. */
  requests: Record<Service | 'other', number>;
  /** Bytes of HTTP bodies. */
  httpBytesIn: number;
  httpBytesOut: number;
}

/** What is counted of one client, and what it has open now. */
export interface ClientStats extends ClientCounts {
  /** Realtime sockets open now. */
  connections: number;
  /** Channels joined now. */
  channels: number;
}

/** One realtime socket that is open now. */
export interface SocketStats extends SocketCounts {
  /** In order of opening, from 1. */
  id: number;
  client: string;
  channels: number;
  isFrozen: boolean;
}

/** Everything that is counted, since the start or the last reset. */
export interface Stats {
  /** Realtime sockets open now. */
  connections: number;
  /** Channels joined now. */
  channels: number;
  /** HTTP requests, handshakes among them, preflights not. */
  requests: number;
  totals: ClientStats;
  clients: Record<string, ClientStats>;
  sockets: SocketStats[];
}

/** A socket as its transport counts it. */
export interface CountedSocket {
  readonly id: number;
  readonly client: string;
  readonly isFrozen: boolean;
  readonly counts: SocketCounts & { opened: number };
}

/** So many names are told apart; what more there are share one, so that a long run does not fill the memory. */
const mostClients = 10_000;
const furtherClients = 'others';

/** Counts per client what went over the project's port. */
export class Traffic {
  readonly #clients = new Map<string, ClientCounts>();

  /** The counters of a client, to be incremented. */
  of(client: string): ClientCounts {
    const known = this.#clients.get(client);
    if (known !== undefined) return known;
    if (this.#clients.size >= mostClients && client !== furtherClients) return this.of(furtherClients);
    const counts = noCounts();
    this.#clients.set(client, counts);
    return counts;
  }

  /** Adds what a socket counted to its client, once it has closed. */
  settle({ client, counts }: CountedSocket): void {
    add(this.of(client), counts);
  }

  /** `sockets` are those that are open, each with the number of its channels. */
  report(sockets: readonly { socket: CountedSocket; channels: number }[]): Stats {
    const clients = new Map<string, ClientStats>();
    const statsOf = (client: string): ClientStats => {
      const stats = clients.get(client) ?? noStats();
      clients.set(client, stats);
      return stats;
    };
    for (const [client, counts] of this.#clients) add(statsOf(client), counts);
    for (const { socket, channels } of sockets) {
      const stats = statsOf(socket.client);
      add(stats, socket.counts);
      stats.connections += 1;
      stats.channels += channels;
    }
    const totals = noStats();
    for (const stats of clients.values()) add(totals, stats);
    return {
      connections: totals.connections,
      channels: totals.channels,
      requests: Object.values(totals.requests).reduce((sum, count) => sum + count, 0),
      totals,
      clients: Object.fromEntries(clients),
      sockets: sockets.map(({ socket: { id, client, isFrozen, counts }, channels }) => {
        const { opened: _, ...rest } = counts;
        return { id, client, channels, isFrozen, ...rest };
      }),
    };
  }

  reset(): void {
    this.#clients.clear();
  }
}

export function noSocketCounts(): SocketCounts {
  return { joins: 0, refusedJoins: 0, messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 };
}

function noCounts(): ClientCounts {
  return {
    opened: 0,
    ...noSocketCounts(),
    refusedHandshakes: 0,
    requests: { rest: 0, auth: 0, realtime: 0, calendar: 0, payments: 0, other: 0 },
    httpBytesIn: 0,
    httpBytesOut: 0,
  };
}

function noStats(): ClientStats {
  return { connections: 0, channels: 0, ...noCounts() };
}

type Counters = { [name: string]: number | Counters };

/** Adds every counter of `more` to the one of the same name. */
function add(sum: object, more: object): void {
  const counters = sum as Counters;
  for (const [name, value] of Object.entries(more as Counters)) {
    const present = counters[name];
    if (typeof value === 'number') counters[name] = (typeof present === 'number' ? present : 0) + value;
    else if (typeof present === 'object') add(present, value);
  }
}
