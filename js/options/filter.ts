import { invalid, isWellFormed } from '../arguments.js';
import type { DashboardError } from '../errors.js';
import type { FilterScalar } from '../filter.js';
import { fieldOf, isObject, itemsOf } from './check.js';

/** So many conditions a filter has at most; the server's own limits lie below. */
const MOST_CONDITIONS = 1_000;

/** A comparison as the module takes it, which checks what the server's grammar can express, and quotes. */
export interface CheckedCondition {
  column: string;
  operator: string;
  /** As PostgreSQL reads them from a text. */
  value: string | string[];
  not: boolean;
}

/**
 * Checks a filter: the server's own text, the builder (an object with `conditions`) or an array of conditions.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function checkedFilter(given: unknown): string | CheckedCondition[] {
  if (isWellFormed(given)) return given;
  const conditions = itemsOf(isObject(given) ? fieldOf(given, 'conditions') : given);
  if (!conditions || conditions.length > MOST_CONDITIONS) {
    throw wrong(
      "must be a string as `supplier_id=eq.7`, or made by `filter()`, as `filter().eq('supplier_id', 7)`.",
    );
  }
  return conditions.map(conditionOf);
}

function conditionOf(given: unknown): CheckedCondition {
  const [column, operator, value, not] = ['column', 'operator', 'value', 'not'].map((name) =>
    isObject(given) ? fieldOf(given, name) : undefined,
  );
  if (!isWellFormed(column) || !isWellFormed(operator)) {
    throw wrong('has a condition that is not `{ column, operator, value }`. Make conditions by `filter()`.');
  }
  if (not !== undefined && typeof not !== 'boolean') {
    throw wrong(`has a condition on "${column}" whose \`not\` is neither true nor false.`);
  }
  const textOf = (one: unknown) => scalarOf(one, column, operator);
  return { column, operator, value: itemsOf(value)?.map(textOf) ?? textOf(value), not: not ?? false };
}

function scalarOf(value: unknown, column: string, operator: string): string {
  const text = textOf(value as FilterScalar);
  if (text !== undefined) return text;
  if (value === null && operator === 'is') return 'null';
  const takes =
    value === null
      ? "null. Null is found by `is`, as `filter().is('name', null)`."
      : 'something else than a string without lone surrogates, a finite number, a bigint, true, false or a valid Date.';
  throw wrong(`compares "${column}" by ${operator} with ${takes}`);
}

function textOf(value: FilterScalar): string | undefined {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? value : undefined;
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined;
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return isoTextOf(value);
  }
}

/** A valid `Date` in ISO 8601; of anything else nothing. */
function isoTextOf(value: Date): string | undefined {
  try {
    return Date.prototype.toISOString.call(value);
  } catch {
    return undefined;
  }
}

function wrong(sentence: string): DashboardError {
  return invalid(`Option "filter" ${sentence}`);
}
