// Breakers, retries and policies of the built package, in a real browser: whatever an operation does, the call comes to an end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';
import { failure, wedsync } from './page-names.mjs';

/* What runs in the page. */
/** Resolves after so many milliseconds. @type {(millis: number) => Promise<void>} */
const pause = async () => {};
/** A breaker, retries and a policy that do not wait long, each with what they were told. @type {() => Record<string, any>} */
const guards = () => ({});

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

/** @param {import('@playwright/test').Page} page */
async function prepare(page) {
  await page.evaluate(`
    globalThis.pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
    globalThis.guards = () => ({
      breaker: new wedsync.DashboardCircuitBreaker(),
      retry: new wedsync.RetryManager({ baseDelay: 1, maxRetries: 2 }),
      policy: new wedsync.DashboardPolicy({ timeout: 100, retry: { baseDelay: 1, maxRetries: 2 } }),
    });
    undefined;
  `);
}

/**
 * @template Result
 * @param {() => Promise<Result>} program
 */
async function inPage(program) {
  const { result, errors } = await pages.inPage(program, { prepare });
  return { result, errors };
}

test('thresholds of 0 or NaN, negative times and the like are errors where they are given', async () => {
  const { result } = await inPage(async () => {
    const { DashboardCircuitBreaker: Breaker, RetryManager: Retry, DashboardPolicy: Policy } = wedsync;
    const odd = [0, Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, '5', null];
    const made = [
      ...['threshold', 'timeout', 'resetTimeout', 'maxTimeout', 'probes', 'probeTimeout', 'successes'].map(
        (name) => [name, (/** @type {unknown} */ value) => new Breaker({ [name]: value })],
      ),
      ...['size', 'window', 'buckets', 'minimum', 'rate', 'slow', 'slowRate'].map((name) => [
        `detector ${name}`,
        (/** @type {unknown} */ value) => new Breaker({ detector: { kind: 'time', [name]: value } }),
      ]),
      ...['baseDelay', 'maxDelay', 'deadline'].map((name) => [
        name,
        (/** @type {unknown} */ value) => new Retry({ [name]: value }),
      ]),
      ...['timeout', 'deadline', 'concurrency', 'hedge'].map((name) => [
        `policy ${name}`,
        (/** @type {unknown} */ value) => new Policy({ [name]: value }),
      ]),
    ];
    /** @type {string[]} */
    const problems = [];
    for (const [name, make] of /** @type {[string, (value: unknown) => unknown][]} */ (made)) {
      for (const value of odd) {
        const { code, message = '' } = await failure((async () => make(value))());
        const names = message.includes(`"${name.split(' ').at(-1)}"`);
        if (code !== 'invalid_option' || !names) problems.push(`${name} of ${value}: ${code} ${message}`);
      }
    }
    const others = [
      () => new Retry({ maxRetries: Number.NaN }),
      () => new Retry({ maxRetries: -1 }),
      () => new Retry({ baseDelay: 100, maxDelay: 10 }),
      () => new Retry({ jitter: 'some' }),
      () => new Policy({ breaker: { threshold: 0 } }),
      () => new Policy({ retry: true }),
      () => new Policy({ queue: -1 }),
      () => new Breaker({ detector: { kind: 'count', size: 10, minimum: 20 } }),
      () => new Breaker({ thresold: 5 }),
    ];
    const codes = [];
    for (const make of others) codes.push((await failure((async () => make())())).code);
    return { problems, codes };
  });
  assert.deepEqual(result.problems, []);
  assert.deepEqual(result.codes, [...Array(8).fill('invalid_option'), 'unknown_option']);
});

test('it opens at its threshold, refuses at once, lets a probe through when its time has come, and closes after three', async () => {
  const { result } = await inPage(async () => {
    /** @type {string[]} */
    const told = [];
    const breaker = new wedsync.DashboardCircuitBreaker({
      name: 'weather',
      threshold: 3,
      timeout: 300,
      monitor: (/** @type {any} */ { type, name, to }) => told.push(`${name} ${type} ${to ?? ''}`.trim()),
    });
    let sent = 0;
    const ask = (/** @type {boolean} */ isWell) =>
      breaker.execute(async () => {
        sent += 1;
        if (!isWell) throw new Error('down');
        return 'up';
      });
    for (let failed = 0; failed < 3; failed += 1) await failure(ask(false));
    const refused = await ask(true).catch((/** @type {any} */ error) => error);
    const open = { state: breaker.getState(), sent, code: refused.code, after: refused.retryAfter };
    const { retryAfter } = breaker.getMetrics();
    // Drawn from the time that it stays open, and up to it.
    await pause(retryAfter + 20);
    const states = [];
    for (let well = 0; well < 3; well += 1) states.push(`${await ask(true)} ${breaker.getState()}`);
    return { open, states, told, metrics: breaker.getMetrics() };
  });
  const { open, states, told, metrics } = result;
  assert.deepEqual([open.state, open.sent, open.code], ['open', 3, 'breaker_open']);
  assert.ok(open.after > 0 && open.after <= 600, `${open.after}`);
  assert.deepEqual(states, ['up half-open', 'up half-open', 'up closed']);
  assert.deepEqual(
    told.filter((what) => !what.includes('rejected')),
    [
      'weather state open',
      'weather state half-open',
      ...Array(3).fill('weather probe'),
      'weather state closed',
    ],
  );
  assert.deepEqual(
    [metrics.successCount, metrics.totalFailures, metrics.rejectedCount, metrics.failureCount],
    [3, 3, 1, 0],
  );
  assert.ok(Math.abs(metrics.lastFailureTime - Date.now()) < 60_000);
});

test('an operation that throws at once, gives no promise, or a promise of its own kind, ends as it says', async () => {
  const { result, errors } = await inPage(async () => {
    /** @type {Record<string, unknown[]>} */
    const told = {};
    const operations = {
      throws: () => {
        throw new RangeError('at once');
      },
      value: () => 7,
      nothing: () => {},
      // biome-ignore lint/suspicious/noThenProperty: as a library may have it
      thenable: () => ({ then: (/** @type {(value: string) => void} */ resolve) => resolve('thenable') }),
      'throwing thenable': () => ({
        // biome-ignore lint/suspicious/noThenProperty: as a library may have it
        get then() {
          throw new RangeError('of then');
        },
      }),
      'rejected with nothing': () => Promise.reject(undefined),
    };
    for (const [name, operation] of Object.entries(operations)) {
      told[name] = [];
      for (const guard of Object.values(guards())) {
        const ended = guard.execute(operation).then(
          (/** @type {unknown} */ value) => `gave ${value}`,
          (/** @type {any} */ error) => `threw ${error?.message}`,
        );
        told[name].push(await Promise.race([ended, pause(2_000).then(() => 'never settled')]));
      }
    }
    return told;
  });
  /** @param {string} text */
  const thrice = (text) => Array(3).fill(text);
  assert.deepEqual(result, {
    throws: thrice('threw at once'),
    value: thrice('gave 7'),
    nothing: thrice('gave undefined'),
    thenable: thrice('gave thenable'),
    'throwing thenable': thrice('threw of then'),
    'rejected with nothing': thrice('threw undefined'),
  });
  assert.deepEqual(errors, []);
});

test('what never settles is timed out and told to end, and what it answers all the same is ignored', async () => {
  const { result } = await inPage(async () => {
    const policy = new wedsync.DashboardPolicy({ timeout: 60, retry: false, breaker: { threshold: 2 } });
    const never = await failure(policy.execute(() => new Promise(() => {})));
    /** @type {any} */
    let given;
    /** @type {(value: string) => void} */
    let answer = () => {};
    const late = policy.execute((/** @type {any} */ context) => {
      given = context.signal;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const told = await failure(late);
    answer('too late');
    await pause(20);
    const { state, successCount, totalFailures } = policy.breaker.getMetrics();
    return { never, told: told.code, reason: given.reason.code, state, successCount, totalFailures };
  });
  assert.deepEqual([result.never.code, result.never.retryable, result.never.own], ['timed_out', true, true]);
  assert.deepEqual(
    [result.told, result.reason, result.state, result.successCount, result.totalFailures],
    ['timed_out', 'timed_out', 'open', 0, 2],
  );
});

test('an operation that settles after its caller has ended the call says nothing of the service', async () => {
  const { result, errors } = await inPage(async () => {
    const told = [];
    for (const guard of Object.values(guards())) {
      const controller = new AbortController();
      /** @type {(error: Error) => void} */
      let fail = () => {};
      const call = guard.execute(
        () =>
          new Promise((_, reject) => {
            fail = reject;
          }),
        { signal: controller.signal },
      );
      await pause(10);
      controller.abort(new RangeError('the user has left'));
      const began = performance.now();
      const ended = await failure(call);
      const isSoon = performance.now() - began < 500;
      fail(new Error('late'));
      await pause(5);
      told.push([ended.message, isSoon, (guard.breaker ?? guard).getMetrics?.().totalFailures ?? 0]);
      // One that is over before it begins is not begun.
      let begun = 0;
      await failure(guard.execute(() => (begun += 1), { signal: controller.signal }));
      told.push(begun);
    }
    return told;
  });
  assert.deepEqual(
    result,
    Array(3)
      .fill([['the user has left', true, 0], 0])
      .flat(),
  );
  assert.deepEqual(errors, []);
});

test('abort during a pause between attempts returns at once', async () => {
  const { result } = await inPage(async () => {
    const told = [];
    const slow = { baseDelay: 60_000, maxDelay: 60_000, jitter: 'none' };
    const policy = new wedsync.DashboardPolicy({ deadline: 600_000, retry: slow });
    for (const guard of [new wedsync.RetryManager(slow), policy]) {
      const controller = new AbortController();
      let attempts = 0;
      const call = guard.execute(
        () => {
          attempts += 1;
          throw new Error('down');
        },
        { signal: controller.signal },
      );
      // The module may have to be loaded first.
      while (attempts === 0) await pause(1);
      await pause(10);
      const began = performance.now();
      controller.abort(new RangeError('left'));
      const { message } = await failure(call);
      told.push([message, attempts, performance.now() - began < 500]);
    }
    return told;
  });
  assert.deepEqual(result, Array(2).fill(['left', 1, true]));
});

test('callbacks that throw are reported to the page, and the call ends as without them', async () => {
  const { result, errors } = await inPage(async () => {
    const boom = () => {
      throw new Error('the application throws');
    };
    const down = () => Promise.reject(new Error('down'));
    const told = [];
    const breaker = new wedsync.DashboardCircuitBreaker({ threshold: 1, isFailure: boom, monitor: boom });
    told.push((await failure(breaker.execute(down))).message, breaker.getState());
    told.push((await failure(breaker.execute(down))).code);
    let attempts = 0;
    const retry = new wedsync.RetryManager({ baseDelay: 1, maxRetries: 2, onRetry: boom });
    const counted = () => {
      attempts += 1;
      return down();
    };
    told.push((await failure(retry.execute(counted))).message, attempts);
    attempts = 0;
    const doubtful = new wedsync.RetryManager({ baseDelay: 1, maxRetries: 2, isRetryable: boom });
    told.push((await failure(doubtful.execute(counted))).message, attempts);
    const policy = new wedsync.DashboardPolicy({ retry: false });
    told.push((await failure(policy.execute(down, { fallback: boom }))).message);
    return told;
  });
  assert.deepEqual(result, ['down', 'open', 'breaker_open', 'down', 3, 'down', 1, 'down']);
  assert.deepEqual([...new Set(errors)], ['the application throws']);
  assert.ok(errors.length >= 6, `${errors.length} of them`);
});

test('all are made before `init()`, closed, and work once that is done', async () => {
  const { result } = await inPage(async () => {
    const { breaker, retry, policy } = guards();
    const isolated = new wedsync.DashboardCircuitBreaker({ name: 'by hand' });
    isolated.isolate();
    const before = [breaker.getState(), breaker.getMetrics().failureCount, policy.breaker.getState()];
    let attempts = 0;
    const called = [
      breaker.execute(() => 'breaker'),
      retry.execute(() => {
        attempts += 1;
        if (attempts < 3) throw new Error('not yet');
        return 'retry';
      }),
      policy.execute(async () => 'policy'),
      breaker.wrap((/** @type {number} */ one, /** @type {number} */ other) => one + other)(1, 2),
    ];
    const values = await Promise.all(called);
    const refused = await failure(isolated.execute(() => 1));
    const isOpen = isolated.getState();
    isolated.reset();
    return { before, values, refused: refused.code, isOpen, reset: await isolated.execute(() => 1) };
  });
  assert.deepEqual(result, {
    before: ['closed', 0, 'closed'],
    values: ['breaker', 'retry', 'policy', 3],
    refused: 'breaker_open',
    isOpen: 'isolated',
    reset: 1,
  });
});
