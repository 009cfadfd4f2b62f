// The stand-ins for a calendar and a payments provider.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { lumen, rosewood, startBackend } from './support.mjs';

describe('external services', () => {
  let backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend.stop());
  afterEach(() => backend.commands.removeFaults());

  const ask = (path, { account = rosewood, key = backend.externalKey } = {}) =>
    fetch(`${backend.url}/external${path}`, {
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(account === null ? {} : { 'x-account': account }),
      },
    });
  const json = async (path, options) => {
    const response = await ask(path, options);
    assert.equal(response.status, 200, path);
    return response.json();
  };
  const weddings = (status, supplier = rosewood) =>
    backend.sql(
      `select wedding_date::text as day, name, partner_name, budget_pence from public.clients
       where supplier_id = '${supplier}' and status = '${status}' and wedding_date >= current_date order by 1`,
    );

  test('nobody is let in without the key, and the project’s keys are none', async () => {
    for (const key of [null, 'wrong-key', backend.anonKey, backend.serviceRoleKey]) {
      for (const path of [
        '/calendar/v1/availability',
        '/payments/v1/payouts',
        '/payments/v1/status',
        '/nowhere',
      ]) {
        const response = await ask(path, { key });
        assert.equal(response.status, 401, `${path} ${key}`);
        assert.equal(response.headers.get('www-authenticate'), 'Bearer');
        assert.equal((await response.json()).error.code, 'unauthorized');
      }
    }
    assert.deepEqual(await json('/calendar/v1/status'), { status: 'ok' });
    assert.equal((await ask('/calendar/v1/nowhere')).status, 404);
    assert.equal((await ask('/weather/v1/status')).status, 404);
  });

  test('weddings are booked, enquiries hold their day, and the same days are always the same', async () => {
    const { days } = await json('/calendar/v1/availability?days=366');
    assert.equal(days.length, 366);
    const on = (day) => days.find(({ date }) => date === day);
    const booked = await weddings('booked');
    const held = await weddings('enquiry');
    assert.ok(booked.length > 3 && held.length > 2);
    for (const { day, name, partner_name } of booked) {
      assert.deepEqual(on(day), { date: day, availability: 'booked', title: `${name} & ${partner_name}` });
    }
    for (const { day } of held) assert.equal(on(day).availability, 'held', day);
    const those = (kind) => days.filter(({ availability }) => availability === kind);
    for (const kind of ['booked', 'held', 'free']) assert.ok(those(kind).length > 20, kind);
    assert.ok(those('free').every(({ title }) => title === null));
    assert.deepEqual((await json('/calendar/v1/availability?days=366')).days, days);
    const from = days[10].date;
    assert.deepEqual((await json(`/calendar/v1/availability?from=${from}&days=5`)).days, days.slice(10, 15));
  });

  test('each account has its own, and one that is not known has no weddings', async () => {
    const ours = await json('/calendar/v1/availability?days=366');
    const theirs = await json('/calendar/v1/availability?days=366', { account: lumen });
    assert.notDeepEqual(theirs.days, ours.days);
    const names = (await weddings('booked')).map(({ name }) => name);
    for (const account of [lumen, null, "x' or true --", '51000000-0000-4000-8000-00000000ffff']) {
      const text = JSON.stringify([
        await json('/calendar/v1/availability?days=366', { account }),
        await json('/payments/v1/payouts', { account }),
      ]);
      for (const name of names) assert.ok(!text.includes(name), `${account} ${name}`);
    }
  });

  test('what is no day or no number of days is refused', async () => {
    for (const query of [
      'from=2027-02-30',
      'from=tomorrow',
      'from=',
      'days=0',
      'days=367',
      'days=x',
      'days=-1',
    ]) {
      const response = await ask(`/calendar/v1/availability?${query}`);
      assert.equal(response.status, 400, query);
      assert.match((await response.json()).error.code, /^invalid_(from|days)$/);
    }
  });

  test('payouts are whole pence of what was booked, the newest payments first', async () => {
    const payouts = await json('/payments/v1/payouts');
    assert.equal(payouts.account, rosewood);
    assert.equal(payouts.currency, 'GBP');
    const { availablePence, pendingPence } = payouts.balance;
    for (const pence of [availablePence, pendingPence]) assert.ok(Number.isSafeInteger(pence) && pence >= 0);
    assert.equal(payouts.nextPayout.amountPence, availablePence);
    assert.equal(new Date(payouts.nextPayout.date).getUTCDay(), 4);
    const today = new Date().toISOString().slice(0, 10);
    assert.ok(payouts.nextPayout.date > today);
    const dates = payouts.payments.map(({ date }) => date);
    assert.equal(dates.length, 8);
    assert.deepEqual(dates, dates.toSorted().reverse());
    assert.ok(dates.every((date) => date <= today));
    const [{ name, partner_name, budget_pence: budget }] = await weddings('booked');
    const hers = payouts.payments.filter(({ from }) => from === `${name} & ${partner_name}`);
    assert.ok(
      hers.some(({ kind }) => kind === 'balance'),
      'her wedding is within a month',
    );
    for (const { kind, amountPence } of hers) {
      const deposit = Math.floor(Number(budget) / 4);
      assert.equal(amountPence, kind === 'deposit' ? deposit : Number(budget) - deposit);
    }
  });

  test('each fails alone, and its requests are counted', async () => {
    await backend.commands.resetStats();
    await backend.commands.addFault({
      ...{ on: 'request', service: 'calendar', action: 'fail', status: 503 },
      ...{ retryAfterSeconds: 7, retryAfterAs: 'seconds' },
    });
    await backend.commands.addFault({
      on: 'request',
      path: '/external/payments/*',
      action: 'loseRequest',
      times: 1,
    });
    const failed = await ask('/calendar/v1/availability');
    assert.deepEqual([failed.status, failed.headers.get('retry-after')], [503, '7']);
    await assert.rejects(ask('/payments/v1/payouts'), TypeError);
    await json('/payments/v1/payouts');
    assert.equal((await ask('/calendar/v1/availability')).status, 503);
    const { requests } = (await backend.commands.stats()).totals;
    assert.deepEqual([requests.calendar, requests.payments, requests.other], [2, 2, 0]);
  });

  test('a slow and a damaged body are those of a service, too', async () => {
    const fault = { on: 'request', service: 'payments', times: 1 };
    await backend.commands.addFault({ ...fault, action: 'slowBody', durationMs: 120 });
    await backend.commands.addFault({ ...fault, action: 'corrupt', how: 'truncate' });
    const start = performance.now();
    assert.equal((await json('/payments/v1/payouts')).currency, 'GBP');
    assert.ok(performance.now() - start >= 110);
    await assert.rejects(json('/payments/v1/payouts'), SyntaxError);
    assert.equal((await json('/payments/v1/payouts')).currency, 'GBP');
  });
});

describe('external services without a project’s tables', () => {
  test('they answer from the date alone, under a key of one’s own', async () => {
    const externalKey = 'a-key-of-ones-own';
    const backend = await startBackend({ externalKey, migrations: undefined, seed: undefined });
    try {
      const headers = { authorization: `Bearer ${externalKey}`, 'x-account': rosewood };
      const calendar = await fetch(`${backend.url}/external/calendar/v1/availability?days=90`, { headers });
      const { days } = await calendar.json();
      assert.equal(new Set(days.map(({ availability }) => availability)).size, 3);
      const payouts = await (await fetch(`${backend.url}/external/payments/v1/payouts`, { headers })).json();
      assert.deepEqual([payouts.payments, payouts.balance.pendingPence], [[], 0]);
    } finally {
      await backend.stop();
    }
  });

  test('a key that no header could carry is refused', async () => {
    for (const externalKey of ['', 'short', 'two words here', 'line\nbreak-key']) {
      await assert.rejects(startBackend({ externalKey }), /WEDSYNC_EXTERNAL_KEY/);
    }
  });
});
