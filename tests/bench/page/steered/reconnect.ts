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

/** What each connection told, by the name it was given. */
const connections = new Map<string, Told>();

/** Subscribes a client to inserts or to broadcasts, with its defaults. */
export async function connect({
  as,
  client,
  kind,
  channel,
  ...server
}: Server & {
  as: string;
  client: ClientName;
  kind: 'broadcast' | 'change';
  channel: string;
}): Promise<void> {
  const told: Told = { liveAt: [], arrivedAt: new Map() };
  const open = await clientNamed(client);
  await open({
    ...server,
    version: 2,
    channels: [channel],
    kind,
    onData: ({ n }) => told.arrivedAt.set(n, Date.now()),
    onLive: () => told.liveAt.push(Date.now()),
  });
  connections.set(as, told);
}

/** Whether every connection has said since then that it is live, or has been given an event, as asked for. */
export function areBack({ since, signs }: { since: number; signs: ('live' | 'event')[] }): boolean {
  return [...connections.values()].every(({ liveAt, arrivedAt }) =>
    signs.every((sign) => firstAfter(since, sign === 'live' ? liveAt : arrivedAt) < Infinity),
  );
}

/**
 * What the fault that ended at `since` cost each connection: until it said that it is live, until the first event, and
 * how many of the events of the numbers given it never gave.
 */
export function cost({ since, from, to }: { since: number; from: number; to: number }) {
  return Object.fromEntries(
    [...connections].map(([name, { liveAt, arrivedAt }]) => {
      let lost = 0;
      for (let n = from; n <= to; n += 1) lost += arrivedAt.has(n) ? 0 : 1;
      return [
        name,
        { liveMs: firstAfter(since, liveAt) - since, eventMs: firstAfter(since, arrivedAt) - since, lost },
      ];
    }),
  );
}

/** How many events the connections were given within a time. */
export function arrivedBetween({ from, to }: { from: number; to: number }): number {
  const times = [...connections.values()].flatMap(({ arrivedAt }) => [...arrivedAt.values()]);
  return times.filter((time) => time >= from && time < to).length;
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
