import { type ColumnPath, scanPath } from './names.js';
import { Scanner } from './scanner.js';

/** What a column is compared with, and how. */
export type Operation =
  | { kind: 'binary'; operator: string; quantifier: 'any' | 'all' | null; value: string }
  | { kind: 'is'; keyword: string }
  | { kind: 'in'; values: string[] }
  | { kind: 'search'; parser: string; config: string | null; value: string };

export interface Comparison {
  kind: 'comparison';
  path: ColumnPath;
  operation: Operation;
  negated: boolean;
}

export interface Combination {
  kind: 'combination';
  operator: 'and' | 'or';
  conditions: Condition[];
  negated: boolean;
}

export type Condition = Comparison | Combination;

/** Operators that take `(any)` or `(all)` of an array. */
const quantifiable: ReadonlySet<string> = new Set([
  'eq',
  'gt',
  'gte',
  'lt',
  'lte',
  'like',
  'ilike',
  'match',
  'imatch',
]);
const plain: ReadonlySet<string> = new Set([
  'neq',
  'isdistinct',
  'cs',
  'cd',
  'ov',
  'sl',
  'sr',
  'nxl',
  'nxr',
  'adj',
]);
const searches: ReadonlySet<string> = new Set(['fts', 'plfts', 'phfts', 'wfts']);
const isKeywords: readonly string[] = ['not_null', 'null', 'unknown', 'true', 'false'];

/** The right-hand side of a filter: `not.eq.5`. Quotes around the value are part of it here. */
export function parseComparison(path: ColumnPath, text: string): Comparison {
  const scanner = new Scanner(text, 'filter');
  const comparison = scanComparison(scanner, path, (rest) => rest.match(/.*/sy));
  scanner.expectEnd();
  return comparison;
}

/** Would `text` be a filter's right-hand side? Tells a filter from a function's argument. */
export function startsLikeFilter(text: string): boolean {
  const operator = /^(?:not\.)?([a-z]+)(?:\([a-z_]+\))?\./.exec(text)?.[1] ?? '';
  return (
    quantifiable.has(operator) ||
    plain.has(operator) ||
    searches.has(operator) ||
    operator === 'is' ||
    operator === 'in'
  );
}

/** `(a.eq.1,not.and(b.gt.2,c.is.null))`, the value of `and` and `or`. */
export function parseCombination(operator: 'and' | 'or', negated: boolean, text: string): Combination {
  const scanner = new Scanner(text, 'logic tree');
  const combination = scanCombination(scanner, operator, negated);
  scanner.expectEnd();
  return combination;
}

function scanCombination(scanner: Scanner, operator: 'and' | 'or', negated: boolean): Combination {
  scanner.expect('(');
  const conditions = [scanCondition(scanner)];
  while (scanner.accept(',')) conditions.push(scanCondition(scanner));
  scanner.expect(')');
  return { kind: 'combination', operator, conditions, negated };
}

function scanCondition(scanner: Scanner): Condition {
  scanner.skipSpace();
  const nested = scanner.match(/(?:not\.)?(?:and|or)(?=\()/y);
  if (nested !== '') {
    return scanCombination(scanner, nested.endsWith('and') ? 'and' : 'or', nested.startsWith('not.'));
  }
  const path = scanPath(scanner);
  scanner.expect('.');
  const comparison = scanComparison(scanner, path, scanEnclosedValue);
  scanner.skipSpace();
  return comparison;
}

function scanComparison(
  scanner: Scanner,
  path: ColumnPath,
  scanValue: (scanner: Scanner) => string,
): Comparison {
  const negated = scanner.accept('not.');
  return { kind: 'comparison', path, negated, operation: scanOperation(scanner, scanValue) };
}

function scanOperation(scanner: Scanner, scanValue: (scanner: Scanner) => string): Operation {
  const start = scanner.position;
  const operator = scanner.match(/[a-z]+/y);
  if (operator === 'is') return { kind: 'is', keyword: scanKeyword(scanner) };
  if (operator === 'in') return { kind: 'in', values: scanList(scanner) };
  if (searches.has(operator)) {
    const config = scanner.accept('(') ? scanner.match(/[\w$ ]+/y) : null;
    if (config !== null) scanner.expect(')');
    scanner.expect('.');
    return { kind: 'search', parser: operator, config, value: scanValue(scanner) };
  }
  if (!quantifiable.has(operator) && !plain.has(operator)) {
    scanner.position = start;
    scanner.fail('operator (eq, gt, ...)');
  }
  const quantifier = quantifiable.has(operator) ? scanQuantifier(scanner) : null;
  scanner.expect('.');
  return { kind: 'binary', operator, quantifier, value: scanValue(scanner) };
}

function scanQuantifier(scanner: Scanner): 'any' | 'all' | null {
  if (scanner.accept('(any)')) return 'any';
  return scanner.accept('(all)') ? 'all' : null;
}

function scanKeyword(scanner: Scanner): string {
  scanner.expect('.');
  const start = scanner.position;
  const keyword = scanner.match(/[a-z_]+/iy).toLowerCase();
  if (isKeywords.includes(keyword)) return keyword;
  scanner.position = start;
  return scanner.fail('null or trilean value (unknown, true, false)');
}

/** `(1,"a,b",c)`; an element whose quotes do not enclose it is taken as it is. */
function scanList(scanner: Scanner): string[] {
  scanner.expect('.');
  scanner.expect('(');
  const values: string[] = [];
  if (scanner.accept(')')) return values;
  do values.push(scanQuotedOr(scanner, /[^,)]*/y));
  while (scanner.accept(','));
  scanner.expect(')');
  return values;
}

/** A value that a comma or a parenthesis ends, unless quotes or an array's braces enclose it. */
function scanEnclosedValue(scanner: Scanner): string {
  return scanner.next === '{' ? scanBraces(scanner) : scanQuotedOr(scanner, /[^,)]*/y);
}

function scanQuotedOr(scanner: Scanner, unquoted: RegExp): string {
  const start = scanner.position;
  const value = scanner.quoted();
  if (value !== null && /^[,)]?$/.test(scanner.next)) return value;
  scanner.position = start;
  return scanner.match(unquoted);
}

/** An array or a JSON object, up to the brace that closes it. */
function scanBraces(scanner: Scanner): string {
  const start = scanner.position;
  let depth = 0;
  do {
    if (scanner.accept('{')) depth += 1;
    else if (scanner.accept('}')) depth -= 1;
    else if (scanner.match(/"(?:[^"\\]|\\.)*"|[^{}"]+/sy) === '') scanner.fail('"}"');
  } while (depth > 0);
  return scanner.text.slice(start, scanner.position);
}
