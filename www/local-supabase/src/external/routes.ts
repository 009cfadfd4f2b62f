import { Hono } from 'hono';
import type { Database } from '../database/database.js';
import { bearerToken } from '../http/gateway.js';
import { refuse } from './account.js';
import { Bookings } from './bookings.js';
import { calendarRoutes } from './calendar.js';
import { paymentRoutes } from './payments.js';

/**
 * `/external`: stand-ins for two services of other companies that a wedding supplier uses, a calendar and a payments
 * provider. They are no part of the project: they know neither its keys nor its users.
 */
export function externalRoutes({ database, key }: { database: Database; key: string }): Hono {
  const bookings = new Bookings(database);
  const app = new Hono();

  app.use(async (context, next) => {
    if (bearerToken(context) === key) return next();
    context.header('www-authenticate', 'Bearer');
    return refuse(context, 401, 'unauthorized', 'The bearer token is not a key of this service');
  });
  for (const [name, routes] of [
    ['calendar', calendarRoutes(bookings)],
    ['payments', paymentRoutes(bookings)],
  ] as const) {
    app.get(`/${name}/v1/status`, (context) => context.json({ status: 'ok' }));
    app.route(`/${name}/v1`, routes);
  }
  app.all('*', (context) =>
    refuse(
      context,
      404,
      'not_found',
      `${context.req.method} ${context.req.path} is not part of this service`,
    ),
  );
  return app;
}
