import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthHistory, HealthSpan, HealthState, HealthStatus } from '@wedsync/dashboard';
import { formatBytes } from '../src/lib/bytes.ts';
import { breakerSentence } from '../src/lib/health/breakers.ts';
import {
  formatShare,
  latencyOf,
  latencyText,
  stripHours,
  stripOf,
  stripText,
  uptimeText,
} from '../src/lib/health/past.ts';
import { verdictOf } from '../src/lib/health/verdict.ts';
import { checkWords } from '../src/lib/health/words.ts';

function statusOf(states: Record<string, HealthState>, overall: HealthStatus['overall'] = 'healthy') {
  const checks = Object.entries(states).map(([name, status]) => {
    const rest = { since: 0, checked: 0, latencyMs: null, message: null, critical: name === 'database' };
    return [name, { name, status, ...rest }] as const;
  });
  return { overall, offline: false, interval: 60_000, checks: Object.fromEntries(checks) };
}

function spanOf(times: Partial<HealthSpan>): HealthSpan {
  return {
    healthyMs: 0,
    degradedMs: 0,
    unhealthyMs: 0,
    unknownMs: 0,
    uptime: null,
    latencyMs: { p50: null, p95: null, p99: null },
    samples: 0,
    ...times,
  };
}

const nothing: HealthHistory = { day: spanOf({}), week: spanOf({}), hours: [], recent: [] };

test('one sentence says how everything stands, and what is unknown is never called well', () => {
  const cases: [HealthStatus, HealthState, string][] = [
    [statusOf({}), 'unknown', 'Finding out how everything stands.'],
    [statusOf({ database: 'unknown' }), 'unknown', 'Finding out how everything stands.'],
    [statusOf({ database: 'healthy', calendar: 'healthy' }), 'healthy', 'Everything works.'],
    [statusOf({ database: 'healthy', calendar: 'unknown' }), 'healthy', 'Everything that is known works.'],
    [statusOf({ database: 'healthy', clock: 'unknown' }), 'healthy', 'Everything works.'],
    [
      statusOf({ database: 'healthy', calendar: 'unhealthy' }, 'degraded'),
      'degraded',
      'Your calendar can’t be read; everything else works.',
    ],
    [
      statusOf({ database: 'unhealthy', calendar: 'degraded', payments: 'unknown' }, 'unhealthy'),
      'unhealthy',
      'Your data can’t be reached and your calendar is struggling.',
    ],
    [
      { ...statusOf({ database: 'unknown', storage: 'healthy' }), offline: true },
      'unknown',
      'This device seems to have no network.',
    ],
  ];
  for (const [status, state, sentence] of cases) {
    const verdict = verdictOf(status);
    assert.deepEqual([verdict.state, verdict.sentence], [state, sentence]);
  }
  assert.equal(
    verdictOf(statusOf({ database: 'healthy', calendar: 'unknown', clock: 'unknown' })).detail,
    'What your dashboard depends on answers as it should. Not known yet: your calendar and clock.',
  );
  assert.equal(checkWords('printer').title, 'printer');
});

test('the strip has an hour a bar, the present one last, and unknown hours stay unknown', () => {
  const now = 1_000 * 3_600_000 + 5;
  const at = (ago: number) => (1_000 - ago) * 3_600_000;
  const hours = [
    { start: at(500), ...spanOf({ unhealthyMs: 3_600_000 }) },
    { start: at(3), ...spanOf({ healthyMs: 3_000_000, unhealthyMs: 90_000 }) },
    { start: at(2), ...spanOf({ healthyMs: 3_000_000, degradedMs: 90_000 }) },
    { start: at(1), ...spanOf({ healthyMs: 3_000_000, unhealthyMs: 900 }) },
    { start: at(0), ...spanOf({ healthyMs: 4 }) },
  ];
  const strip = stripOf(hours, now);
  assert.equal(strip.length, stripHours);
  assert.deepEqual(
    strip.slice(-5).map(({ state }) => state),
    ['unknown', 'unhealthy', 'degraded', 'healthy', 'healthy'],
  );
  assert.ok(strip.slice(0, -4).every(({ state }) => state === 'unknown'));
});

test('the strip in words', () => {
  assert.equal(stripText(nothing), 'Nothing is known yet of the last seven days.');
  assert.equal(uptimeText(nothing), 'Nothing known yet');
  const week = spanOf({ healthyMs: 35_000_000, unhealthyMs: 1_000_000, uptime: 0.9722 });
  assert.equal(
    stripText({ ...nothing, week }),
    'Up 97.2% of the 10 hours known of the last seven days, down for 17 minutes.',
  );
  assert.equal(uptimeText({ ...nothing, week }), '97.2% up, of 10 hours known');
});

test('a share is never rounded up to all of it', () => {
  assert.deepEqual([1, 0.99999, 0.9999, 0.98765, 0].map(formatShare), [
    '100%',
    '99.99%',
    '99.99%',
    '98.7%',
    '0%',
  ]);
});

test('the chart shows the last answers until there are hours enough, and failures on the ground line', () => {
  const recent = [
    { at: 1, latencyMs: 20, ok: true },
    { at: 2, latencyMs: 5_000, ok: false },
    { at: 3, latencyMs: null, ok: false },
    { at: 4, latencyMs: null, ok: true },
  ];
  const some = latencyOf({ ...nothing, recent });
  assert.equal(some.by, 'answers');
  assert.deepEqual(
    some.points.map(({ at, typical, failed }) => [at, typical, failed]),
    [
      [1, 20, null],
      [2, null, 0],
      [3, null, 0],
    ],
  );
  const hours = Array.from({ length: 6 }, (_, index) => ({
    start: index,
    ...spanOf({ samples: 9, latencyMs: { p50: 10, p95: 30, p99: 40 } }),
  }));
  const series = latencyOf({ ...nothing, recent, hours });
  assert.deepEqual([series.by, series.points.length, series.points[0]?.slow], ['hours', 6, 30]);
});

test('the chart in words', () => {
  assert.equal(latencyText(nothing), 'No answer was measured in the last 24 hours.');
  const day = spanOf({ samples: 130, latencyMs: { p50: 18, p95: 40, p99: 90 } });
  assert.equal(
    latencyText({ ...nothing, day }),
    'Of 130 answers in the last 24 hours, half took at most 18 ms, and 95 of 100 at most 40 ms.',
  );
});

test('a breaker says what it lets through', () => {
  const status = { state: 'unhealthy', lastSuccess: null } as const;
  assert.equal(
    breakerSentence({ ...status, breaker: 'open', retryAfter: 6_200 }),
    'Nothing is asked for another 6 seconds.',
  );
  assert.match(breakerSentence({ ...status, breaker: 'half-open', retryAfter: null }), /A few calls/);
  assert.match(breakerSentence({ ...status, breaker: 'isolated', retryAfter: null }), /by hand/);
});

test('bytes are told in three digits', () => {
  assert.deepEqual([0, 999, 1_000, 12_345, 999_600, 3_400_000, 66_000_000_000].map(formatBytes), [
    '0 B',
    '999 B',
    '1 kB',
    '12 kB',
    '1 MB',
    '3.4 MB',
    '66 GB',
  ]);
});
