import { type ColumnPath, scanName, scanSteps } from './names.js';
import { Scanner } from './scanner.js';

export interface OrderTerm {
  /** The embedded row whose column it is, if it is not this table's own: `order=client(name)`. */
  relation: string | null;
  path: ColumnPath;
  direction: 'asc' | 'desc';
  nulls: 'first' | 'last' | null;
}

export function parseOrder(text: string): OrderTerm[] {
  const scanner = new Scanner(text, 'order');
  const terms = [scanTerm(scanner)];
  while (scanner.accept(',')) terms.push(scanTerm(scanner));
  scanner.expectEnd();
  return terms;
}

function scanTerm(scanner: Scanner): OrderTerm {
  const name = scanName(scanner);
  const isRelated = scanner.accept('(');
  const column = isRelated ? scanName(scanner) : name;
  const path = { column, steps: scanSteps(scanner) };
  if (isRelated) scanner.expect(')');
  const direction = scanner.match(/\.(?:asc|desc)/y);
  const nulls = scanner.match(/\.nulls(?:first|last)/y);
  if (!scanner.atEnd && scanner.next !== ',') {
    if (nulls === '' && direction === '') scanner.fail('"." or "," or end of input');
    scanner.fail('"," or end of input');
  }
  return {
    relation: isRelated ? name : null,
    path,
    direction: direction === '.desc' ? 'desc' : 'asc',
    nulls: nulls === '' ? null : nulls === '.nullsfirst' ? 'first' : 'last',
  };
}
