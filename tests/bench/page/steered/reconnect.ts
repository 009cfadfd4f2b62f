import { type ClientName, clientNamed } from '../clients/by-name.js';

/** What one client told, with the times by the clock that the driver has too. */
interface Told {
  liveAt: number[];
  /** When each event arrived, by its number. */
  arrivedAt: Map<number, number>;
}

interface Server {
  url: string;
  key: string;
}

const clients = new Map<ClientName, Told>();

/** Subscribes a client to inserts, with its defaults. */
export async function connect({ client, url, key }: Server & { client: ClientName }): Promise<void> {
  const told: Told = { liveAt: [], arrivedAt: new Map() };
  const open = await clientNamed(client);
  await open({
    url,
    key,
    version: 2,
    channels: ['venue'],
    kind: 'change',
    onData: ({ n }) => told.arrivedAt.set(n, Date.now()),
    onLive: () => told.liveAt.push(Date.now()),
  });
  clients.set(client, told);
}

/** Whether every client has said since then that it is live, and has been given an event. */
export function areBack(since: number): boolean {
  return [...clients.values()].every(
    ({ liveAt, arrivedAt }) =>
      firstAfter(since, liveAt) < Infinity && firstAfter(since, arrivedAt) < Infinity,
  );
}

/**
 * What the outage that ended at `since` cost each client: until it said that it is live, until the first event, and
 * how many of the events of the numbers given it never gave.
 */
export function cost({ since, from, to }: { since: number; from: number; to: number }) {
  return Object.fromEntries(
    [...clients].map(([name, { liveAt, arrivedAt }]) => {
      let lost = 0;
      for (let n = from; n <= to; n += 1) lost += arrivedAt.has(n) ? 0 : 1;
      return [
        name,
        { liveMs: firstAfter(since, liveAt) - since, eventMs: firstAfter(since, arrivedAt) - since, lost },
      ];
    }),
  );
}

function firstAfter(since: number, times: number[] | Map<number, number>): number {
  return [...times.values()].find((time) => time >= since) ?? Infinity;
}

/** What the server itself needs: a bare socket that opens at once, joins, and waits until the server says it is live. */
export function bareSubscription({ url, key }: Server): Promise<{ openMs: number; joinMs: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let joined = started;
    const socket = new WebSocket(
      `${url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${key}&vsn=2.0.0`,
    );
    socket.onopen = () => {
      joined = performance.now();
      const bindings = [{ event: 'INSERT', schema: 'public', table: 'clients' }];
      const payload = { config: { postgres_changes: bindings }, access_token: key };
      socket.send(JSON.stringify(['1', '1', 'realtime:bare', 'phx_join', payload]));
    };
    socket.onmessage = ({ data }) => {
      const [, , , event, payload] = JSON.parse(data);
      if (event !== 'system') return;
      const live = performance.now();
      socket.onclose = null;
      socket.close();
      if (payload.status === 'ok') resolve({ openMs: live - started, joinMs: live - joined });
      else reject(new Error(`the server refused a bare subscription: ${payload.message}`));
    };
    socket.onclose = ({ code }) => reject(new Error(`the server closed a bare subscription with ${code}`));
  });
}
