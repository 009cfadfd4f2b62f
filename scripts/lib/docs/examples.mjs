/**
 * Options as the module is given them, once they are checked: what tests of the module in Rust begin with, and what holds
 * the core's own defaults to those of the schemas.
 * @param {Record<string, any>} options what `loadOptions` gives
 */
export function checkedExamples({ manager, subscription }) {
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
