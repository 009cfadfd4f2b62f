/** What a column can be compared with: sent as PostgreSQL reads it from a text, a `Date` in ISO 8601. */
export type FilterScalar = string | number | bigint | boolean | Date;

/** The operators of {@link FilterCondition}. */
export type FilterOperator =
  | 'eq'
  | 'neq'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'in'
  | 'like'
  | 'ilike'
  | 'is'
  | 'match'
  | 'imatch'
  | 'isdistinct';

/** One comparison, as plain data. {@link filter} makes them; they may be written by hand too. */
export interface FilterCondition {
  /** The column's name. */
  column: string;
  /** How it is compared. */
  operator: FilterOperator;
  /** With what: an array for `in` (1 to 100 values), `null` for `is` alone, otherwise one value. */
  value: FilterScalar | null | readonly FilterScalar[];
  /** Whether the comparison must fail. Default `false`. */
  not?: boolean;
}

/** The values that a column of this type is compared with; none for JSON and arrays. */
export type FilterValue<Value> = unknown extends Value ? FilterScalar : ScalarOf<NonNullable<Value>>;

/** A wide type also takes what the wire makes of it: a date for a text, a bigint for a number. */
type ScalarOf<Value> = Value extends string
  ? string extends Value
    ? string | Date
    : Value
  : Value extends number
    ? number extends Value
      ? number | bigint
      : Value
    : Value extends bigint
      ? number | bigint
      : Value extends boolean
        ? boolean
        : Value extends Date
          ? string | Date
          : never;

/** What `is` asks of a column of this type. */
export type FilterState<Value> = unknown extends Value
  ? boolean | null | 'unknown'
  : NonNullable<Value> extends boolean
    ? boolean | null | 'unknown'
    : null;

type Column<Row> = keyof Row & string;

/** The columns whose values are text. */
type TextColumn<Row> = {
  [Name in Column<Row>]: unknown extends Row[Name]
    ? Name
    : NonNullable<Row[Name]> extends string
      ? Name
      : never;
}[Column<Row>];

/** A comparison for each operator of the server. Each gives a new filter with the condition added. */
export interface FilterOperators<Row> {
  /** The column equals the value. A column that is null does not: see {@link is}. */
  eq<Name extends Column<Row>>(column: Name, value: FilterValue<Row[Name]>): Filter<Row>;
  /** The column does not equal the value. */
  neq<Name extends Column<Row>>(column: Name, value: FilterValue<Row[Name]>): Filter<Row>;
  /** The column is less than the value. */
  lt<Name extends Column<Row>>(column: Name, value: FilterValue<Row[Name]>): Filter<Row>;
  /** The column is less than the value or equals it. */
  lte<Name extends Column<Row>>(column: Name, value: FilterValue<Row[Name]>): Filter<Row>;
  /** The column is greater than the value. */
  gt<Name extends Column<Row>>(column: Name, value: FilterValue<Row[Name]>): Filter<Row>;
  /** The column is greater than the value or equals it. */
  gte<Name extends Column<Row>>(column: Name, value: FilterValue<Row[Name]>): Filter<Row>;
  /** The column is one of 1 to 100 values. */
  in<Name extends Column<Row>>(column: Name, values: readonly FilterValue<Row[Name]>[]): Filter<Row>;
  /** The column is like a pattern: `%` stands for any characters, `_` for one. */
  like(column: TextColumn<Row>, pattern: string): Filter<Row>;
  /** As {@link like}, in upper or lower case. */
  ilike(column: TextColumn<Row>, pattern: string): Filter<Row>;
  /** The column is null; of a boolean column also whether it is `true`, `false` or `'unknown'` (null). */
  is<Name extends Column<Row>>(column: Name, value: FilterState<Row[Name]>): Filter<Row>;
  /** The column matches a POSIX regular expression. */
  match(column: TextColumn<Row>, pattern: string): Filter<Row>;
  /** As {@link match}, in upper or lower case. */
  imatch(column: TextColumn<Row>, pattern: string): Filter<Row>;
  /** The column does not equal the value, where null differs from every value. */
  isDistinct<Name extends Column<Row>>(column: Name, value: FilterValue<Row[Name]>): Filter<Row>;
}

/** Conditions that a row must all meet. Immutable: every method gives a new one. Made by {@link filter}. */
export interface Filter<Row = Record<string, unknown>> extends FilterOperators<Row> {
  /** The conditions as plain data. */
  readonly conditions: readonly FilterCondition[];
  /** Negates the one comparison that follows: `filter().not.is('name', null)`. */
  readonly not: FilterOperators<Row>;
}

/**
 * Begins a filter of changes, whose columns and values are checked against `Row`. It is plain data: made anywhere, before
 * `init()` and on a server. Values are quoted for the wire by the module, which also checks them, when it is subscribed
 * with. Without a condition it asks for every row.
 *
 * @example
 * ```ts
 * interface Client {
 *   supplier_id: number;
 *   status: 'new' | 'won' | 'lost';
 *   partner: string | null;
 *   created_at: string;
 * }
 *
 * await dashboard.realtime.subscribe('clients', {
 *   channel: 'clients',
 *   table: 'clients',
 *   filter: filter<Client>()
 *     .eq('supplier_id', 7)
 *     .in('status', ['new', 'won'])
 *     .gte('created_at', new Date('2026-01-01'))
 *     .not.is('partner', null),
 *   onData: (change: PostgresChange<Client>) => console.log(change.record?.partner),
 * });
 * ```
 */
export function filter<Row = Record<string, unknown>>(): Filter<Row> {
  return new Conditions<Row>([]);
}

/** A copy, because the caller's array may change; what is no array, or cannot be read, is for the module to refuse. */
function copyOf<Values>(values: Values): Values {
  try {
    return Array.isArray(values) ? (values.slice() as Values) : values;
  } catch {
    return values;
  }
}

class Conditions<Row> implements Filter<Row> {
  readonly conditions: readonly FilterCondition[];
  /** Apart from `conditions`, so that equal filters are equal as JSON. */
  readonly #negated: boolean;

  constructor(conditions: readonly FilterCondition[], negated = false) {
    this.conditions = conditions;
    this.#negated = negated;
  }

  get not(): FilterOperators<Row> {
    return new Conditions<Row>(this.conditions, !this.#negated);
  }

  eq(column: string, value: FilterScalar): Filter<Row> {
    return this.#and(column, 'eq', value);
  }

  neq(column: string, value: FilterScalar): Filter<Row> {
    return this.#and(column, 'neq', value);
  }

  lt(column: string, value: FilterScalar): Filter<Row> {
    return this.#and(column, 'lt', value);
  }

  lte(column: string, value: FilterScalar): Filter<Row> {
    return this.#and(column, 'lte', value);
  }

  gt(column: string, value: FilterScalar): Filter<Row> {
    return this.#and(column, 'gt', value);
  }

  gte(column: string, value: FilterScalar): Filter<Row> {
    return this.#and(column, 'gte', value);
  }

  in(column: string, values: readonly FilterScalar[]): Filter<Row> {
    return this.#and(column, 'in', copyOf(values));
  }

  like(column: string, pattern: string): Filter<Row> {
    return this.#and(column, 'like', pattern);
  }

  ilike(column: string, pattern: string): Filter<Row> {
    return this.#and(column, 'ilike', pattern);
  }

  is(column: string, value: boolean | null | 'unknown'): Filter<Row> {
    return this.#and(column, 'is', value);
  }

  match(column: string, pattern: string): Filter<Row> {
    return this.#and(column, 'match', pattern);
  }

  imatch(column: string, pattern: string): Filter<Row> {
    return this.#and(column, 'imatch', pattern);
  }

  isDistinct(column: string, value: FilterScalar): Filter<Row> {
    return this.#and(column, 'isdistinct', value);
  }

  #and(column: string, operator: FilterOperator, value: FilterCondition['value']): Filter<Row> {
    const not = this.#negated ? { not: true } : {};
    return new Conditions<Row>([...this.conditions, { column, operator, value, ...not }]);
  }
}
