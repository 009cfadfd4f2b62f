import { defineConfig, type Page } from '@playwright/test';
import { expect, type TestOptions, test, type WorkerOptions } from '@wedsync/dashboard/testing';
import { expectTypeOf } from 'expect-type';

export default defineConfig<TestOptions, WorkerOptions>({
  use: { stack: { command: ['node', 'serve.js'], env: { LEVEL: 'quiet' } } },
});

test.use({ signInForm: { path: '/login', email: 'E-mail', password: 'Password', submit: 'Log in' } });
// @ts-expect-error a command is a list: program and arguments
test.use({ stack: { command: 'node serve.js' } });

test('fixtures', async ({ dashboard, signedInPage }) => {
  expectTypeOf(dashboard.appUrl).toBeString();
  expectTypeOf(dashboard.anonKey).toBeString();
  expectTypeOf(signedInPage).toEqualTypeOf<(email: string, password: string) => Promise<Page>>();
  expectTypeOf(dashboard.backend.cutSockets).parameters.toEqualTypeOf<
    [forMs: number | null, client?: string | undefined]
  >();
  expectTypeOf(dashboard.backend.cutSockets(3_000)).resolves.toBeNumber();
  expectTypeOf(dashboard.backend.sql<{ id: string }>('select id from clients')).resolves.toEqualTypeOf<
    { id: string }[]
  >();
  expectTypeOf((await dashboard.backend.stats()).connections).toBeNumber();
  expectTypeOf((await dashboard.backend.stats()).totals.joins).toBeNumber();
  expectTypeOf(
    dashboard.backend.addFault({
      on: 'frame',
      direction: 'toClient',
      action: 'delay',
      delayMs: 800,
      times: 1,
    }),
  ).resolves.toBeNumber();
  expectTypeOf(
    dashboard.backend.addFault({
      on: 'request',
      service: 'calendar',
      action: 'limit',
      perSecond: 2,
      retryAfterSeconds: 30,
      retryAfterAs: 'date',
      headers: { 'x-request-id': '7' },
    }),
  ).resolves.toBeNumber();
  await dashboard.backend.addFault({ on: 'request', service: 'payments', action: 'corrupt', how: 'html' });
  expectTypeOf((await dashboard.backend.stats()).totals.requests.payments).toBeNumber();
  // @ts-expect-error a limit says how many pass
  await dashboard.backend.addFault({ on: 'request', action: 'limit' });
  // @ts-expect-error a delay says how long
  await dashboard.backend.addFault({ on: 'frame', direction: 'toClient', action: 'delay' });
  // @ts-expect-error only answers of a failed request have a status
  await dashboard.backend.addFault({ on: 'request', action: 'loseReply', status: 503 });
  expect(dashboard).toBeDefined();
});
