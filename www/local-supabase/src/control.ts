import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Database, StatementResult } from './database/database.js';
import { messageOf } from './errors.js';
import { readJsonObject } from './http/body.js';
import type { RealtimeServer } from './realtime/server.js';

export interface ControlOptions {
  database: Database;
  realtime: RealtimeServer;
  requests: () => number;
}

/** What tests do to the backend from outside: cut it off, run SQL as the owner, send broken frames. */
export function createControlServer({ database, realtime, requests }: ControlOptions): Server {
  const app = new Hono();
  let restoring: NodeJS.Timeout | undefined;

  // Tests that run in a page may break the link. The rest is for programs alone: any page that is open in the
  // developer's browser could otherwise write to their database.
  for (const path of ['/sockets/*', '/frames']) app.use(path, cors());
  app.use(async (context, next) => {
    const fromPage = context.req.header('origin') !== undefined;
    if (!fromPage || /^\/(sockets|frames)\b/.test(context.req.path)) return next();
    return context.json({ error: 'The control server takes only cuts and frames from web pages' }, 403);
  });

  app.get('/stats', (context) =>
    context.json({ connections: realtime.connections, channels: realtime.channels, requests: requests() }),
  );

  app.post('/sockets/cut', async (context) => {
    const forMs = (await readJsonObject(context))?.forMs ?? null;
    if (forMs !== null && (typeof forMs !== 'number' || forMs < 0)) {
      return context.json({ error: '"forMs" must be a number of milliseconds, or null' }, 400);
    }
    clearTimeout(restoring);
    const cut = realtime.cut();
    if (forMs !== null) restoring = setTimeout(() => realtime.restore(), forMs).unref();
    return context.json({ cut });
  });

  app.post('/sockets/restore', (context) => {
    clearTimeout(restoring);
    realtime.restore();
    return context.json({});
  });

  app.post('/realtime/settings', async (context) => {
    const settings = await readJsonObject(context);
    if (settings === null) return context.json({ error: 'Give the settings as a JSON object' }, 400);
    realtime.reconfigure(settings);
    return context.json({});
  });

  app.post('/sql', async (context) => {
    const sql = (await readJsonObject(context))?.sql;
    if (typeof sql !== 'string') return context.json({ error: '"sql" must be a text' }, 400);
    try {
      const results = await database.script(sql);
      await database.query('select realtime.sync_capture()');
      const last = results.at(-1);
      return context.json({ rows: last === undefined ? [] : toJsonRows(last) });
    } catch (cause) {
      return context.json({ error: messageOf(cause) }, 400);
    }
  });

  app.post('/frames', async (context) => {
    const body = await readJsonObject(context);
    if (typeof body?.text === 'string') realtime.sendRaw(body.text);
    else if (typeof body?.base64 === 'string') realtime.sendRaw(Buffer.from(body.base64, 'base64'));
    else return context.json({ error: 'Give the frame as "text" or as "base64"' }, 400);
    return context.json({ sent: realtime.connections });
  });

  // What this adaptor creates without further options is a plain HTTP server.
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

const numberTypes: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701]);
const jsonTypes: ReadonlySet<number> = new Set([114, 3802]);
const booleanType = 16;

/** Values as JSON has them, where it has them; a number that would lose digits stays text. */
function toJsonRows({ columns, rows }: StatementResult): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name, type }) => [name, toJsonValue(type, row[name] ?? null)])),
  );
}

function toJsonValue(type: number, value: string | null): unknown {
  if (value === null) return null;
  if (type === booleanType) return value === 't';
  if (jsonTypes.has(type)) return JSON.parse(value);
  if (!numberTypes.has(type)) return value;
  const number = Number(value);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? value : number;
}
