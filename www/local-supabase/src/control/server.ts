import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { TokenAuthority } from '../auth/tokens.js';
import type { Database } from '../database/database.js';
import { messageOf } from '../errors.js';
import type { FaultRules } from '../faults/rules.js';
import type { ProjectPort } from '../http/projectPort.js';
import type { RealtimeServer } from '../realtime/server.js';
import type { Traffic } from '../traffic.js';
import { faultRoutes } from './faults.js';
import { guard } from './guard.js';
import { anyText, InputError, milliseconds, readBody, readFields, required } from './input.js';
import { readProjectChange } from './project.js';
import { socketRoutes } from './sockets.js';
import { runScript } from './sql.js';
import { expireTokens, revokeTokens } from './tokens.js';

/** What the control server acts on. */
export interface ControlOptions {
  database: Database;
  tokens: TokenAuthority;
  realtime: RealtimeServer;
  faults: FaultRules;
  traffic: Traffic;
  /** The server of the project's port, and that port. */
  server: Server;
  port: ProjectPort;
}

/** What tests do to the backend from outside: break its link in every way, end tokens, restart it, run SQL. */
export function createControlServer(options: ControlOptions): Server {
  const { realtime, traffic, port } = options;
  const app = new Hono();

  for (const middleware of guard((context, sentence) => fail(context, 403, sentence))) app.use(middleware);

  app.route('/sockets', socketRoutes(realtime));
  app.route('/faults', faultRoutes(options));

  app.post('/realtime/settings', async (context) => {
    realtime.reconfigure(readProjectChange(await readBody(context)));
    return context.json({});
  });

  app.post('/frames', async (context) => {
    const { text, base64 } = readFields(await readBody(context), { text: anyText, base64: anyText });
    if ((text === undefined) === (base64 === undefined)) {
      throw new InputError('Give the frame as "text" or as "base64"');
    }
    return context.json({ sent: realtime.sendRaw(text ?? Buffer.from(base64 ?? '', 'base64')) });
  });

  app.get('/stats', (context) => context.json(traffic.report(realtime.sockets)));
  app.post('/stats/reset', (context) => {
    traffic.reset();
    realtime.resetCounts();
    return context.json({});
  });

  app.post('/sql', async (context) => {
    const { sql = '' } = readFields(await readBody(context), { sql: required(anyText) });
    try {
      return context.json({ rows: await runScript(options.database, sql) });
    } catch (cause) {
      return fail(context, 400, messageOf(cause));
    }
  });

  app.post('/tokens/expire', async (context) =>
    context.json(await expireTokens(options, await readBody(context))),
  );
  app.post('/tokens/revoke', async (context) =>
    context.json(await revokeTokens(options, await readBody(context))),
  );

  app.post('/server/restart', async (context) => {
    const { downForMs = 0 } = readFields(await readBody(context), { downForMs: milliseconds });
    await port.restart(downForMs, async () => {
      await realtime.goDown();
      realtime.comeUp();
    });
    return context.json({});
  });

  app.notFound((context) =>
    fail(context, 404, `${context.req.method} ${context.req.path} is no request of the control server`),
  );
  app.onError((cause, context) => fail(context, cause instanceof InputError ? 400 : 500, messageOf(cause)));

  // What this adaptor creates without further options is a plain HTTP server.
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

function fail(context: Context, status: ContentfulStatusCode, error: string): Response {
  return context.json({ error }, status);
}
