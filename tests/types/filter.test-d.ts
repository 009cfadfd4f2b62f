import {
  type Filter,
  type FilterCondition,
  type FilterOperators,
  filter,
  type PostgresChange,
  type RealtimeSubscriptionManager,
  type TableSubscription,
} from '@wedsync/dashboard';
import { expectTypeOf } from 'expect-type';

interface Enquiry {
  id: number;
  supplier_id: string;
  status: 'new' | 'won' | 'lost';
  guests: number | null;
  total: bigint;
  paid: boolean | null;
  partner: string | null;
  created_at: string;
  seen: Date;
  details: { theme: string };
  tags: string[];
  rating: 1 | 2 | 3;
}

declare const realtime: RealtimeSubscriptionManager;
const enquiries = filter<Enquiry>();

// Every comparison gives a filter of the same row, to which the next is added.
expectTypeOf(enquiries.eq('id', 7)).toEqualTypeOf<Filter<Enquiry>>();
expectTypeOf(enquiries.eq('id', 7).in('status', ['new', 'won']).not.is('partner', null)).toEqualTypeOf<
  Filter<Enquiry>
>();
expectTypeOf(enquiries.not).toEqualTypeOf<FilterOperators<Enquiry>>();
expectTypeOf(enquiries.conditions).toEqualTypeOf<readonly FilterCondition[]>();

// A column is compared with what it holds, or with what the wire makes of it.
enquiries.neq('supplier_id', 'x').lt('guests', 100).lte('guests', 9_007_199_254_740_993n).gt('total', 3);
enquiries.gte('created_at', new Date()).lt('seen', '2026-01-01').eq('seen', new Date()).eq('rating', 3);
enquiries.eq('paid', true).is('paid', 'unknown').not.is('paid', false).isDistinct('partner', 'Kim');
enquiries.like('partner', 'K%').ilike('status', 'n%').match('supplier_id', '^a').imatch('partner', 'kim$');

// @ts-expect-error no such column
enquiries.eq('suplier_id', 'x');
// @ts-expect-error a number is not a text
enquiries.eq('supplier_id', 7);
// @ts-expect-error a text is not a number
enquiries.gt('guests', 'many');
// @ts-expect-error no such status
enquiries.eq('status', 'maybe');
// @ts-expect-error no such status in the list
enquiries.in('status', ['new', 'maybe']);
// @ts-expect-error `in` takes a list
enquiries.in('status', 'new');
// @ts-expect-error null equals nothing: `is` finds it
enquiries.eq('partner', null);
// @ts-expect-error a number may be null, but is never true
enquiries.is('guests', true);
// @ts-expect-error what is undefined compares with nothing
enquiries.eq('partner', undefined);
// @ts-expect-error JSON is not compared
enquiries.eq('details', 'x');
// @ts-expect-error an array is not compared
enquiries.eq('tags', 'x');
// @ts-expect-error a pattern is for texts
enquiries.like('guests', '1%');
// @ts-expect-error one comparison is negated, not all
enquiries.not.conditions;
// @ts-expect-error the conditions are for reading
enquiries.conditions.push({ column: 'id', operator: 'eq', value: 1 });

// Without a row every column is taken.
filter().eq('anything', 1).is('other', true).like('third', '%').in('fourth', ['a', 1]);

// A subscription takes any form of a filter, and names columns of its row.
realtime.subscribe('enquiries', {
  channel: 'enquiries',
  table: 'enquiries',
  filter: enquiries.eq('supplier_id', 'x'),
  select: ['id', 'status'],
  onData: (change: PostgresChange<Enquiry>) =>
    expectTypeOf(change.record).toEqualTypeOf<Enquiry | undefined>(),
});
realtime.subscribe('x', { channel: 'c', table: 't', filter: 'supplier_id=eq.x', onData: () => {} });
realtime.subscribe('x', {
  channel: 'c',
  table: 't',
  filter: [{ column: 'id', operator: 'in', value: [1, 2], not: true }],
  onData: () => {},
});
expectTypeOf<{ column: 'id'; operator: 'in'; value: number[]; not: true }>().toExtend<FilterCondition>();
// @ts-expect-error an operator nobody knows
expectTypeOf<{ column: 'id'; operator: 'near'; value: 1 }>().toExtend<FilterCondition>();
expectTypeOf<TableSubscription<Enquiry>['select']>().toEqualTypeOf<readonly (keyof Enquiry)[] | undefined>();
// @ts-expect-error columns are selected of one table
realtime.subscribe('x', { channel: 'c', schema: 'public', select: ['id'], onData: () => {} });
