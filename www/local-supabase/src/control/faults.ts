import type { Server } from 'node:http';
import { Hono } from 'hono';
import type { FaultRules } from '../faults/rules.js';
import { readFault } from './faultInput.js';
import { readBody } from './input.js';

/** `/faults`: sets, shows and removes faults. */
export function faultRoutes({ faults, server }: { faults: FaultRules; server: Server }): Hono {
  const app = new Hono();

  app.post('/', async (context) => {
    const id = faults.add(readFault(await readBody(context)));
    // See `faultyRequests`: what is lost must not be lost on a connection that was used before.
    if (faults.losesConnections) server.closeIdleConnections();
    return context.json({ id });
  });

  app.get('/', (context) => context.json({ faults: faults.list() }));

  app.delete('/', (context) => {
    faults.clear();
    return context.json({});
  });

  app.delete('/:id', (context) => {
    const id = context.req.param('id');
    if (faults.remove(Number(id))) return context.json({});
    return context.json({ error: `There is no fault ${id}` }, 404);
  });

  return app;
}
