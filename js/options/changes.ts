import * as v from 'valibot';
import type { Filter, FilterCondition } from '../filter.js';
import { fieldOf, type Given, wrong } from './check.js';
import { checkedFilter } from './filter.js';
import { checkedApart, text, without } from './kinds.js';

const MOST_COLUMNS = 1_000;
const MOST_BINDINGS = 100;

const columns = "an array of 1 to 1,000 names of columns, as `['id', 'status']`";
const list = 'an array of 1 to 100 objects `{ event, schema, table, filter, select }`';

const event = v.optional(
  v.picklist(['INSERT', 'UPDATE', 'DELETE', '*'], 'INSERT, UPDATE, DELETE or * with `table` or `schema`'),
  '*',
);

const notBeside = without('left out with `changes`, whose entries have their own');

const names = v.pipe(
  v.array(
    v.custom<string>((name) => v.is(text, name), columns),
    columns,
  ),
  v.minLength(1, columns),
  v.maxLength(MOST_COLUMNS, columns),
);

function filterOf<Row>() {
  return v.pipe(
    checkedApart<string | Filter<Row> | readonly FilterCondition[]>(
      '`filter()`, a string, or an array of conditions',
    ),
    v.transform((given) => checkedFilter(given)),
  );
}

/** Options of changes of one table. */
export function tableEntries<Row>() {
  return {
    /** Which changes. Default `*`. */
    event,
    /** The table's name. It must be in the publication `supabase_realtime`, and the user must be allowed to read its rows. */
    table: v.custom<string>((given) => v.is(text, given), 'the name of a table, unless `schema` is given'),
    /** The table's schema. Default `public`. */
    schema: v.optional(text, 'public'),
    /**
     * Conditions that a row must all meet: made by `filter()`, which quotes values and knows the columns' types, or a
     * string `column=operator.value`, such as `supplier_id=eq.7`, in the server's syntax. Default: none, every row.
     */
    filter: v.optional(filterOf<Row>()),
    /** The columns that a change carries: 1 to 1,000 names of one table. Default: all. */
    select: v.optional(names as unknown as v.GenericSchema<readonly (keyof Row & string)[], string[]>),
  };
}

/** Options of changes of all published tables of a schema. */
export const schemaEntries = {
  /** Which changes. Default `*`. */
  event,
  /** The schema. All its published tables are included. */
  schema: text,
  table: without('the name of a table'),
  /** The server filters the rows of one table only. */
  filter: without('given together with `table`'),
  /** The server selects the columns of one table only. */
  select: without('given together with one `table` of one `schema`'),
};

/** Which changes of one table. */
export interface TableBinding<Row = Record<string, unknown>>
  extends Given<ReturnType<typeof tableEntries<Row>>> {}

/** Which changes of all published tables of a schema. */
export interface SchemaBinding extends Given<typeof schemaEntries> {}

const table = v.strictObject(tableEntries());
const schema = v.strictObject(schemaEntries);

/** Whether these options, or this entry of `changes`, are about a whole schema. */
export function isOfSchema(given: unknown): boolean {
  return fieldOf(given, 'table') === undefined && fieldOf(given, 'schema') !== undefined;
}

const bindings = v.pipe(
  v.array(
    v.lazy((given) => (isOfSchema(given) ? schema : table)),
    list,
  ),
  v.minLength(1, list),
  v.maxLength(MOST_BINDINGS, list),
);

/** Options of several kinds of changes. */
export function manyEntries<Row>() {
  return {
    /** 1 to 100 kinds of changes. A change that several of them match is delivered once. */
    changes: bindings as unknown as v.GenericSchema<
      readonly (TableBinding<Row> | SchemaBinding)[],
      CheckedBinding[]
    >,
    event: notBeside,
    table: notBeside,
    schema: notBeside,
    filter: notBeside,
    select: notBeside,
  };
}

/** A binding as the module takes it. */
export interface CheckedBinding extends Omit<v.InferOutput<typeof table>, 'table'> {
  /** None for all of the schema's. */
  table?: string | undefined;
}

/**
 * What the schemas cannot say of one field alone.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function checkedBinding(of: string, { event, table, schema, filter, select }: CheckedBinding) {
  if (select && (schema === '*' || table === '*')) {
    throw wrong(of, 'select', 'given together with one `table` of one `schema`');
  }
  return { event, table, schema, filter, select };
}
