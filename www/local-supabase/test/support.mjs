import { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '@supabase/supabase-js';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { connectControl } from '@wedsync/local-supabase/testing';
import WebSocket from 'ws';
import { startPostgres } from './postgresServer.mjs';

const supabaseFolder = new URL('../../supabase/', import.meta.url);

export const migrations = fileURLToPath(new URL('migrations', supabaseFolder));
export const seed = fileURLToPath(new URL('seed.sql', supabaseFolder));

export const rosewood = '51000000-0000-4000-8000-000000000001';
export const lumen = '52000000-0000-4000-8000-000000000002';
export const amelia = 'amelia@rosewood.example';
export const ben = 'ben@rosewood.example';
export const carla = 'carla@lumen.example';
export const password = 'wedding-demo-1';

/** Where the same tests run: PostgreSQL inside the process, and Debian's as a server of its own. */
const storages = ['PGlite', 'PostgreSQL'].filter((name) => (process.env.STORAGE ?? name) === name);

/**
 * Describes the same tests once for each storage (`STORAGE=PGlite` or `STORAGE=PostgreSQL` picks one).
 * `define` gets a backend that is up when a test runs; all options but `prepare` are the backend's.
 */
export function describeOnEachStorage(title, define, { prepare = async () => {}, ...options } = {}) {
  for (const storage of storages) {
    describe(`${title}, on ${storage}`, () => {
      const backend = { storage };
      let postgres = null;
      before(async () => {
        if (storage === 'PostgreSQL') postgres = await startPostgres();
        const where = postgres === null ? {} : { databaseUrl: postgres.url };
        Object.assign(backend, await startBackend({ ...where, ...options }));
        await prepare(backend);
      });
      after(async () => {
        await backend.stop?.();
        postgres?.stop();
      });
      define(backend);
    });
  }
}

/** A seeded backend with its control server, and what tests ask of it. */
export async function startBackend(options = {}) {
  const backend = await startLocalSupabase({ port: 0, controlPort: 0, migrations, seed, ...options });
  return { ...backend, ...helpers(backend) };
}

function helpers(backend) {
  const client = (key = backend.anonKey, realtime = {}) =>
    createClient(backend.url, key, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport: WebSocket, ...realtime },
    });
  return {
    client,
    /** Every command of the control server. */
    commands: connectControl(backend.controlUrl),
    /** The official client, signed in. */
    async signedIn(email) {
      const signedIn = client();
      const { error } = await signedIn.auth.signInWithPassword({ email, password });
      if (error !== null) throw error;
      return signedIn;
    },
    async tokenOf(email) {
      const { data } = await client().auth.signInWithPassword({ email, password });
      return data.session.access_token;
    },
    async control(path, body) {
      const response = await fetch(`${backend.controlUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.json();
    },
    async sql(sql) {
      const answer = await this.control('/sql', { sql });
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.rows;
    },
    socket: (options) => openSocket(backend, options),
    rest: (path, init = {}) =>
      fetch(`${backend.url}/rest/v1${path}`, {
        ...init,
        headers: { apikey: backend.anonKey, ...init.headers },
      }),
  };
}

/** A bare WebSocket whose frames can be awaited one by one. */
export async function openSocket(backend, { version = '2.0.0', key = backend.anonKey, client } = {}) {
  const url = `${backend.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${key}&vsn=${version}`;
  const connection = new WebSocket(client === undefined ? url : `${url}&client=${client}`);
  const frames = [];
  const waiting = [];
  const closed = new Promise((resolve) => connection.on('close', (code) => resolve(code)));
  connection.on('message', (data, isBinary) => {
    frames.push(isBinary ? data : data.toString());
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise((resolve, reject) => {
    connection.on('open', resolve);
    connection.on('error', reject);
  });
  return {
    connection,
    closed,
    frames,
    send: (frame) =>
      connection.send(typeof frame === 'string' || frame instanceof Buffer ? frame : JSON.stringify(frame)),
    /** The next frame, as text or bytes. */
    async next() {
      while (frames.length === 0) await new Promise((resolve) => waiting.push(resolve));
      return frames.shift();
    },
    async nextJson() {
      return JSON.parse(await this.next());
    },
    /** Everything the server sends before it answers a heartbeat: proof that something was not sent. */
    async untilHeartbeat() {
      const mark = `heartbeat-${Math.random()}`;
      this.send([null, mark, 'phoenix', 'heartbeat', {}]);
      const seen = [];
      for (;;) {
        const frame = await this.next();
        if (typeof frame === 'string' && frame.includes(mark)) return seen;
        seen.push(frame);
      }
    },
    close: () => connection.close(),
  };
}

/** Reads and adds suppliers over REST, past row level security. */
export function suppliers(backend) {
  const headers = { apikey: backend.serviceRoleKey, 'content-type': 'application/json' };
  const url = `${backend.url}/rest/v1/suppliers`;
  return {
    add: (name) => fetch(url, { method: 'POST', headers, body: JSON.stringify({ name, kind: 'florist' }) }),
    names: async () =>
      (await (await fetch(`${url}?select=name`, { headers })).json()).map(({ name }) => name),
  };
}

/** The payload of a join with these parts of its configuration. */
export function joinPayload({ changes = [], token, ...config } = {}) {
  return {
    config: {
      broadcast: { ack: false, self: false },
      presence: { enabled: false, key: '' },
      postgres_changes: changes,
      private: false,
      ...config,
    },
    ...(token === undefined ? {} : { access_token: token }),
  };
}

/** A socket that has joined `topic` and hears its own broadcasts. */
export async function joinSelfHearing(backend, topic, options = {}) {
  const socket = await backend.socket(options);
  socket.send(['1', '1', `realtime:${topic}`, 'phx_join', joinPayload({ broadcast: { self: true } })]);
  const [, , , , answer] = await socket.nextJson();
  if (answer.status !== 'ok') throw new Error(`the join of ${topic} was answered: ${JSON.stringify(answer)}`);
  return {
    ...socket,
    say(...events) {
      for (const event of events) {
        const payload = { type: 'broadcast', event, payload: {} };
        socket.send(['1', event, `realtime:${topic}`, 'broadcast', payload]);
      }
    },
    heard: async () => (await socket.nextJson())[4].event,
  };
}
