/**
 * Options as the module is given them, once they are checked: what tests of the module in Rust begin with, and what holds
 * the core's own defaults to those of the schemas.
 * @param {Record<string, any>} options what `loadOptions` gives
 */
export function checkedExamples(options) {
  return { ...ofRealtime(options), ...ofServices(options) };
}

/** @param {Record<string, any>} options */
function ofRealtime({ manager, subscription }) {
  const onData = () => {};
  const of = (/** @type {object} */ given) =>
    subscription.checkedSubscription('test', { channel: 'test', onData, ...given }).subscription;
  return {
    manager: manager.checkedManager({ url: 'https://project.supabase.co', key: 'key' }),
    broadcasts: of({}),
    oneBroadcast: of({
      event: 'moved',
      self: true,
      ack: true,
      private: true,
      replay: { since: new Date(5_000), limit: 3 },
      replicationReady: true,
      autoReconnect: false,
      maxReconnectAttempts: 2,
    }),
    presence: of({ presence: true }),
    presenceByKey: of({ presence: { key: 'amelia', enabled: false } }),
    table: of({ table: 'clients', filter: 'supplier_id=eq.7', select: ['id', 'status'] }),
    schema: of({ schema: 'sales' }),
    changes: of({
      changes: [
        { table: 'a', event: 'INSERT', filter: [] },
        {
          schema: 's',
          table: 'b',
          filter: [
            { column: 'id', operator: 'gt', value: 9_007_199_254_740_993n, not: true },
            { column: 't', operator: 'in', value: ['a,b', 'c', 1] },
            { column: 'd', operator: 'gte', value: new Date(0) },
            { column: 't', operator: 'is', value: null },
            { column: 'x', operator: 'lt', value: 1e300 },
          ],
        },
      ],
    }),
  };
}

/** @param {Record<string, any>} options */
function ofServices({ breaker, retry, policy, service, health }) {
  // As `DashboardHealthMonitor` completes it.
  const check = (/** @type {unknown} */ given) => {
    const { check: _, ...others } = health.checkedCheck(given);
    return { ...others, active: true };
  };
  return {
    breaker: breaker.checkedBreaker(),
    breakerByCount: breaker.checkedBreaker({
      timeout: 2_000,
      maxTimeout: 8_000,
      probes: 2,
      probeTimeout: 3_000,
      successes: 4,
      detector: { kind: 'count', size: 20, minimum: 6, rate: 40, slow: 700, slowRate: 60 },
    }),
    breakerByTime: breaker.checkedBreaker({
      detector: { kind: 'time', window: 5_000, buckets: 5, minimum: 4, rate: 25 },
    }),
    breakerInARow: breaker.checkedBreaker({
      threshold: 2,
      resetTimeout: 900,
      detector: { kind: 'consecutive' },
    }),
    // As `RetryManager` has it.
    retry: { breaker: false, retry: retry.checkedRetry() },
    retryWithAll: {
      breaker: false,
      retry: retry.checkedRetry({
        maxRetries: 7,
        baseDelay: 20,
        maxDelay: 400,
        jitter: 'decorrelated',
        deadline: 5_000,
        maxRetryAfter: 60_000,
        budget: 25,
      }),
    },
    policy: policy.checkedPolicy(),
    policyWithAll: policy.checkedPolicy({
      breaker: false,
      retry: { maxRetries: 1, jitter: false, deadline: 90_000 },
      timeout: 1_000,
      deadline: 4_000,
      concurrency: 3,
      queue: 0,
      hedge: 50,
    }),
    service: service.checkedService('calendar', { url: '/calendar' }),
    check: check(() => {}),
    checkWithAll: check({
      check: () => {},
      critical: true,
      remote: false,
      timeout: 1_000,
      failures: 4,
      successes: 5,
      slow: 600,
      reminder: 60_000,
    }),
  };
}
