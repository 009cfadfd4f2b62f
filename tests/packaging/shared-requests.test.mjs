// Scenarios 16 and 18 of the field: what asks for the same at once, and what a service asks for with `Retry-After`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asked, pause, register, serve, startIntegrationPages } from './integration-pages.mjs';
import { failure, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startIntegrationPages>>} */
let pages;
before(async () => {
  pages = await startIntegrationPages();
});
after(() => pages.stop());

test('scenario 16: five share one request, one leaves; when all have, it is aborted, and a newcomer has one of its own', async () => {
  const { result, errors } = await pages.inPage(async () => {
    await wedsync.init();
    const client = register();
    const ask = (/** @type {AbortSignal | undefined} */ signal) =>
      client.request('calendar', '/days', { signal }).then(
        (/** @type {unknown} */ value) => JSON.stringify(value),
        (/** @type {any} */ error) => error.name,
      );
    await serve([{ delayMs: 1_000, body: '[1]' }]);
    const leaving = new AbortController();
    const five = [leaving.signal, undefined, undefined, new AbortController().signal, undefined].map(ask);
    let answered = 0;
    for (const other of five.slice(1)) void other.then(() => (answered += 1));
    await pause(50);
    leaving.abort();
    const first = await five[0];
    // Whoever is told only with the others is told in the same turn as they are.
    await pause(0);
    const before = answered;
    const shared = { ended: await Promise.all(five), first, before, sent: (await asked()).length };
    // What one does to its answer is no other's.
    await serve([{ delayMs: 50, body: '{"list":[1]}' }]);
    const [one, other] = await Promise.all([0, 1].map(() => client.request('calendar', '/days')));
    one.list.push(2);
    const isOwn = other.list.length === 1;
    // Unmounted and mounted again within a tick.
    await serve([{ delayMs: 200 }]);
    const strict = new AbortController();
    const unmounted = ask(strict.signal);
    await pause(30);
    strict.abort();
    const mounted = ask(undefined);
    const again = [await unmounted, await mounted, (await asked()).length];
    // All leave: after the grace it is aborted, and who comes then sends another.
    await serve([{ delayMs: 600, body: '"old"' }, { body: '"new"' }]);
    const both = [new AbortController(), new AbortController()];
    const left = both.map(({ signal }) => ask(signal));
    while ((await asked()).length === 0) await pause(5);
    for (const controller of both) controller.abort();
    await Promise.all(left);
    await pause(150);
    const newcomer = [await ask(undefined), (await asked()).map(({ isAborted }) => isAborted)];
    // The end of the old one takes nothing from the newer.
    await serve([{ delayMs: 400, body: '"newer"' }]);
    const newer = ask(undefined);
    await pause(100);
    const joined = ask(undefined);
    const last = [await newer, await joined, (await asked()).length];
    // Other methods, headers and addresses are other requests.
    await serve([{ delayMs: 100 }]);
    await Promise.all([
      client.request('calendar', '/days'),
      client.request('calendar', '/days', { headers: { 'x-account': '1' } }),
      client.request('calendar', '/days?2'),
      client.request('calendar', '/days', { method: 'POST', json: 1 }),
      client.request('calendar', '/days', { method: 'POST', json: 1 }),
    ]);
    return { shared, isOwn, again, newcomer, last, apart: (await asked()).length };
  });
  assert.deepEqual(result, {
    shared: { ended: ['AbortError', ...Array(4).fill('[1]')], first: 'AbortError', before: 0, sent: 1 },
    isOwn: true,
    again: ['AbortError', '{"ok":true}', 1],
    newcomer: ['"new"', [true, false]],
    last: ['"newer"', '"newer"', 1],
    apart: 5,
  });
  assert.deepEqual(errors, []);
});

test('a caller that leaves during a pause between attempts is answered at once, and nothing is sent for it any more', async () => {
  const { result } = await pages.inPage(async () => {
    await serve([{ status: 503 }]);
    const client = register({ retry: { baseDelay: 600, jitter: 'none' } });
    const controller = new AbortController();
    const call = failure(client.request('calendar', '/days', { signal: controller.signal }));
    while ((await asked()).length === 0) await pause(5);
    // The answer is there, and the pause has begun.
    await pause(200);
    const began = performance.now();
    controller.abort(new RangeError('left'));
    const { message } = await call;
    const isSoon = performance.now() - began < 200;
    await pause(800);
    return { message, isSoon, sent: (await asked()).length };
  });
  assert.deepEqual(result, { message: 'left', isSoon: true, sent: 1 });
});

/** Seconds by which the device's clock is ahead. */
for (const ahead of [0, 3_600, -3_600]) {
  test(`scenario 18: every form of Retry-After, with a device clock that is ${ahead} s ahead`, async () => {
    const { result, errors } = await pages.inPage(
      async () => {
        /** @type {any} */
        const page = globalThis;
        const forms = {
          seconds: { 'retry-after': '120' },
          date: { 'retry-after': page.inSeconds(120), date: page.inSeconds(0) },
          past: { 'retry-after': page.inSeconds(-120), date: page.inSeconds(0) },
          word: { 'retry-after': 'soon' },
          negative: { 'retry-after': '-5' },
          'a day': { 'retry-after': '86400' },
        };
        /** @type {Record<string, unknown>} */
        const told = {};
        for (const [name, headers] of Object.entries(forms)) {
          await serve([{ status: 503, headers }]);
          const controller = new AbortController();
          /** @type {any} */
          let event;
          const client = register({
            deadline: 86_400_000,
            retry: {
              baseDelay: 5,
              maxDelay: 5,
              maxRetries: 1,
              onRetry: (/** @type {any} */ given) => {
                event = given;
                if (given.delay > 100) controller.abort();
              },
            },
          });
          const began = performance.now();
          await failure(client.request('calendar', '/days', { signal: controller.signal }));
          const isSoon = performance.now() - began < 3_000;
          told[name] = [event.delay > 5 ? Math.round(event.delay / 1_000) : 'back-off', event.capped, isSoon];
        }
        return told;
      },
      {
        async prepare(page) {
          const now = Date.now();
          await page.evaluate(`
          globalThis.inSeconds = (seconds) => new Date(${now} + seconds * 1_000).toUTCString();
          undefined;
        `);
          await page.clock.setSystemTime(now + ahead * 1_000);
        },
      },
    );
    assert.deepEqual(result, {
      seconds: [120, false, true],
      date: [120, false, true],
      past: ['back-off', false, true],
      word: ['back-off', false, true],
      negative: ['back-off', false, true],
      'a day': [300, true, true],
    });
    assert.deepEqual(errors, []);
  });
}
