import { Hono } from 'hono';
import type { RealtimeServer } from '../realtime/server.js';
import { Cuts } from './cuts.js';
import { type Field, milliseconds, nullable, readBody, readFields, required, text } from './input.js';

/** The codes that a close frame may carry; the others of the protocol are for what happens without one. */
const closeCode: Field<number> = {
  expected: 'a close code: 1000 to 1003, 1007 to 1014, or 3000 to 4999',
  accepts: (code): code is number =>
    typeof code === 'number' &&
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999)),
};

/** `/sockets`: cuts them off, freezes them half open, closes them; a client's, or all. */
export function socketRoutes(realtime: RealtimeServer): Hono {
  const app = new Hono();
  const cuts = new Cuts((client) => realtime.endCut(client));

  app.post('/cut', async (context) => {
    const { client = null, forMs = null } = readFields(await readBody(context), {
      client: text,
      forMs: nullable(milliseconds),
    });
    const cut = realtime.cut(client);
    cuts.begin(client, forMs);
    return context.json({ cut });
  });

  app.post('/restore', async (context) => {
    const { client = null } = readFields(await readBody(context), { client: text });
    cuts.forget(client);
    if (client === null) realtime.endCuts();
    else realtime.endCut(client);
    return context.json({});
  });

  app.post('/freeze', async (context) => {
    const { client = null } = readFields(await readBody(context), { client: text });
    return context.json({ frozen: realtime.freeze(client) });
  });

  app.post('/thaw', async (context) => {
    const { client = null } = readFields(await readBody(context), { client: text });
    return context.json({ thawed: realtime.thaw(client) });
  });

  app.post('/close', async (context) => {
    const { client = null, code = 1000 } = readFields(await readBody(context), {
      client: text,
      code: required(closeCode),
    });
    return context.json({ closed: realtime.close(client, code) });
  });

  return app;
}
