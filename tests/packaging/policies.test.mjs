// What a policy puts together, in a real browser: retries, bulkhead, fallbacks, hedged reads, and who counts what.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';
import { failure, wedsync } from './page-names.mjs';

/* What runs in the page. */
/** Resolves after so many milliseconds. @type {(millis: number) => Promise<void>} */
const pause = async () => {};

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

/**
 * @template Result
 * @param {() => Promise<Result>} program
 */
async function inPage(program) {
  const { result, errors } = await pages.inPage(program, {
    prepare: (page) =>
      page.evaluate(
        `globalThis.pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis)); undefined;`,
      ),
  });
  assert.deepEqual(errors, []);
  return result;
}

test('a failing operation is carried out once and as often again as `maxRetries`, each counted by the breaker', async () => {
  const result = await inPage(async () => {
    const told = [];
    for (const maxRetries of [0, 1, 3]) {
      const policy = new wedsync.DashboardPolicy({
        retry: { maxRetries, baseDelay: 1 },
        breaker: { threshold: 100 },
      });
      /** @type {number[]} */
      const numbers = [];
      const { message } = await failure(
        policy.execute((/** @type {any} */ { attempt }) => {
          numbers.push(attempt);
          throw new Error('down');
        }),
      );
      told.push([numbers.join(' '), message, policy.breaker.getMetrics().totalFailures]);
    }
    // Not what may not be carried out twice, and not what no other attempt helps.
    const once = new wedsync.DashboardPolicy({ retry: { baseDelay: 1 } });
    let attempts = 0;
    const fail = (/** @type {Error} */ error) => () => {
      attempts += 1;
      throw error;
    };
    await failure(once.execute(fail(new Error('down')), { idempotent: false }));
    await failure(once.execute(fail(Object.assign(new Error('not found'), { status: 404 }))));
    const refused = new wedsync.DashboardError('x', 'x', { retryable: false });
    await failure(once.execute(fail(refused)));
    told.push(attempts);
    return told;
  });
  assert.deepEqual(result, [['0', 'down', 1], ['0 1', 'down', 2], ['0 1 2 3', 'down', 4], 3]);
});

test('the deadline ends the last attempt, and there is no pause beyond it', async () => {
  const result = await inPage(async () => {
    const told = [];
    for (const guard of [
      new wedsync.RetryManager({ deadline: 300, baseDelay: 1, maxRetries: 1_000, jitter: 'none' }),
      new wedsync.DashboardPolicy({
        deadline: 300,
        retry: { maxRetries: 100, baseDelay: 1, budget: undefined },
      }),
      new wedsync.DashboardPolicy({ retry: { deadline: 300, maxRetries: 100, baseDelay: 1 } }),
    ]) {
      const began = performance.now();
      const { code } = await failure(guard.execute(() => new Promise(() => {})));
      const isInTime = performance.now() - began < 3_000;
      told.push([code, isInTime]);
      const beganAgain = performance.now();
      const slow = new wedsync.RetryManager({
        deadline: 300,
        baseDelay: 60_000,
        maxDelay: 60_000,
        jitter: 'none',
      });
      const { message } = await failure(slow.execute(() => Promise.reject(new Error('down'))));
      told.push([message, performance.now() - beganAgain < 3_000]);
    }
    return told;
  });
  assert.deepEqual(
    result,
    Array(3)
      .fill([
        ['timed_out', true],
        ['down', true],
      ])
      .flat(),
  );
});

test('so many run at once, so many wait in their order, and the rest is refused', async () => {
  const result = await inPage(async () => {
    const policy = new wedsync.DashboardPolicy({ concurrency: 2, queue: 3, retry: false });
    /** @type {number[]} */
    const begun = [];
    let running = 0;
    let most = 0;
    const ask = (/** @type {number} */ n, /** @type {AbortSignal | undefined} */ signal) =>
      policy
        .execute(
          async () => {
            begun.push(n);
            running += 1;
            most = Math.max(most, running);
            await pause(30);
            running -= 1;
            return n;
          },
          { signal },
        )
        .catch((/** @type {any} */ { code, message }) => code ?? message);
    await wedsync.init();
    const leaving = new AbortController();
    const calls = [0, 1, 2, 3, 4, 5, 6].map((n) => ask(n, n === 3 ? leaving.signal : undefined));
    await pause(5);
    // One that leaves makes room for another.
    leaving.abort(new Error('left'));
    calls.push(ask(7, undefined));
    return { ended: await Promise.all(calls), begun, most };
  });
  assert.deepEqual(result, {
    ended: [0, 1, 2, 'left', 4, 'bulkhead_full', 'bulkhead_full', 7],
    begun: [0, 1, 2, 4, 7],
    most: 2,
  });
});

test('what waits for a place no longer than its deadline says nothing of the service', async () => {
  const result = await inPage(async () => {
    const policy = new wedsync.DashboardPolicy({
      concurrency: 1,
      deadline: 400,
      timeout: 10_000,
      retry: false,
    });
    let begun = 0;
    const hang = () => {
      begun += 1;
      return new Promise(() => {});
    };
    const quick = new wedsync.DashboardPolicy({
      concurrency: 1,
      deadline: 200,
      timeout: 10_000,
      retry: false,
    });
    const calls = [policy.execute(hang), quick.execute(() => pause(190)), pause(20)];
    await wedsync.init();
    const began = performance.now();
    // It gets its place shortly before its time is over, and not its whole time anew.
    const second = await failure(quick.execute(hang));
    const elapsed = performance.now() - began;
    const first = await failure(calls[0] ?? pause(0));
    return { second: second.code, isInTime: elapsed < 390, first: first.code, begun };
  });
  assert.deepEqual([result.second, result.isInTime, result.first], ['timed_out', true, 'timed_out']);
});

test('fallbacks are tried in their order: what fails or has nothing is passed over, and the last word is the error', async () => {
  const result = await inPage(async () => {
    const policy = new wedsync.DashboardPolicy({ retry: false, breaker: false });
    const down = () => Promise.reject(new Error('down'));
    /** @type {unknown[]} */
    const asked = [];
    const none = (/** @type {Error} */ error) => {
      asked.push(error.message);
    };
    const stale = async () => 'stale';
    const told = [
      await policy.execute(down, { fallbacks: [none, stale], fallback: 'default' }),
      await policy.execute(down, { fallbacks: [none, none], fallback: 'default' }),
      await policy.execute(down, { fallback: null }),
      await policy.execute(() => 'fresh', { fallback: 'default' }),
      (await failure(policy.execute(down, { fallbacks: [none] }))).message,
    ];
    // The caller's own abort is nothing to make good.
    const controller = new AbortController();
    const call = policy.execute(() => new Promise(() => {}), {
      signal: controller.signal,
      fallback: 'default',
    });
    controller.abort(new Error('left'));
    told.push((await failure(call)).message);
    const wrong = [];
    for (const options of [
      { fallbacks: 5 },
      { fallbacks: null },
      { fallbacks: 'text' },
      { idempotent: 1 },
      { signal: {} },
      7,
      null,
      {
        get fallback() {
          throw new Error('the application throws');
        },
      },
    ]) {
      wrong.push((await failure(policy.execute(down, options))).code);
    }
    return { told, asked, wrong };
  });
  assert.deepEqual(result, {
    told: ['stale', 'default', null, 'fresh', 'down', 'left'],
    asked: Array(4).fill('down'),
    wrong: Array(8).fill('invalid_option'),
  });
});

test('a hedged read sends two, and the slower one is told to end', async () => {
  const result = await inPage(async () => {
    const policy = new wedsync.DashboardPolicy({ hedge: 30, retry: false });
    /** @type {any[]} */
    const signals = [];
    const operation = (/** @type {any} */ { signal }) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => {}) : Promise.resolve('second');
    };
    const value = await policy.execute(operation);
    const sent = signals.length;
    const isAborted = signals.map(({ aborted, reason }) => (aborted ? reason.name : 'runs'));
    // What is quick, or may not be carried out twice, is not doubled.
    let quick = 0;
    await policy.execute(async () => (quick += 1));
    let slow = 0;
    await policy.execute(
      async () => {
        slow += 1;
        await pause(100);
      },
      { idempotent: false },
    );
    const { state, totalFailures, successCount } = policy.breaker.getMetrics();
    return { value, sent, isAborted, quick, slow, state, totalFailures, successCount };
  });
  assert.deepEqual(result, {
    value: 'second',
    sent: 2,
    isAborted: ['AbortError', 'runs'],
    quick: 1,
    slow: 1,
    state: 'closed',
    totalFailures: 0,
    successCount: 3,
  });
});

test('no more retries than the budget has: what fails all the time is not sent many times as often', async () => {
  const result = await inPage(async () => {
    const policy = new wedsync.DashboardPolicy({ breaker: false, retry: { baseDelay: 1, maxDelay: 1 } });
    let sent = 0;
    for (let call = 0; call < 100; call += 1) {
      await failure(
        policy.execute(() => {
          sent += 1;
          throw new Error('down');
        }),
      );
    }
    return sent;
  });
  assert.ok(result > 100 && result <= 111, `${result} were sent for 100 calls`);
});

test('the result of a call that began before the breaker opened and closed again counts for nothing', async () => {
  const result = await inPage(async () => {
    const breaker = new wedsync.DashboardCircuitBreaker({ threshold: 1, timeout: 200 });
    await wedsync.init();
    /** @type {(error: Error) => void} */
    let fail = () => {};
    const old = failure(
      breaker.execute(
        () =>
          new Promise((_, reject) => {
            fail = reject;
          }),
      ),
    );
    await failure(breaker.execute(() => Promise.reject(new Error('down'))));
    const states = [breaker.getState()];
    await pause(breaker.getMetrics().retryAfter + 10);
    for (let well = 0; well < 3; well += 1) {
      await breaker.execute(() => 1);
    }
    states.push(breaker.getState());
    fail(new Error('late'));
    await old;
    states.push(breaker.getState());
    return states;
  });
  assert.deepEqual(result, ['open', 'closed', 'closed']);
});
