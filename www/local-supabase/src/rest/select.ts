import { RestError } from './errors.js';
import { type ColumnPath, scanName, scanSteps } from './names.js';
import { Scanner } from './scanner.js';

export type SelectItem = SelectColumn | SelectEmbed;

export interface SelectColumn {
  kind: 'column';
  /** A column, or `null` for all of them. */
  path: ColumnPath | null;
  alias: string | null;
  cast: string | null;
}

/** Rows of another table, reached over a foreign key. */
export interface SelectEmbed {
  kind: 'embed';
  alias: string | null;
  relation: string;
  /** Which foreign key, where there are several: its column, its name, or the table in between. */
  hint: string | null;
  /** Rows without a match are left out. */
  inner: boolean;
  /** Its columns appear among those of the outer row: `...client(name)`. */
  spread: boolean;
  items: SelectItem[];
}

/** `*,client:clients!inner(name,budget:budget_pence::text)` */
export function parseSelect(text: string): SelectItem[] {
  const scanner = new Scanner(text, 'select parameter');
  const items = scanItems(scanner);
  scanner.expectEnd();
  return items;
}

function scanItems(scanner: Scanner): SelectItem[] {
  const items: SelectItem[] = [];
  scanner.skipSpace();
  if (scanner.atEnd || scanner.next === ')') return items;
  do {
    scanner.skipSpace();
    items.push(scanItem(scanner));
    scanner.skipSpace();
  } while (scanner.accept(','));
  return items;
}

function scanItem(scanner: Scanner): SelectItem {
  if (scanner.accept('...')) return scanEmbed(scanner, null, scanName(scanner), true);
  if (scanner.accept('*')) return { kind: 'column', path: null, alias: null, cast: null };
  let alias: string | null = null;
  let name = scanName(scanner);
  if (scanner.match(/:(?!:)/y) !== '') {
    alias = name;
    scanner.skipSpace();
    name = scanName(scanner);
  }
  const isCount = name === 'count' && scanner.accept('()');
  if (!isCount && (scanner.next === '!' || scanner.next === '(')) {
    return scanEmbed(scanner, alias, name, false);
  }
  const steps = scanSteps(scanner);
  const cast = scanCast(scanner);
  // A Supabase project has aggregates switched off, as they can be expensive; `table(count)` is none.
  if (isCount || scanner.match(/\.(?:sum|avg|count|max|min)\(\)/y) !== '') {
    throw new RestError(400, 'PGRST123', 'Use of aggregate functions is not allowed');
  }
  return { kind: 'column', path: { column: name, steps }, alias, cast };
}

function scanEmbed(scanner: Scanner, alias: string | null, relation: string, spread: boolean): SelectEmbed {
  const hints: string[] = [];
  while (scanner.accept('!')) hints.push(scanName(scanner));
  scanner.expect('(');
  const items = scanItems(scanner);
  scanner.expect(')');
  return {
    kind: 'embed',
    alias,
    relation,
    hint: hints.find((hint) => hint !== 'inner' && hint !== 'left') ?? null,
    inner: hints.includes('inner'),
    spread,
    items,
  };
}

/** A type's name has letters, digits and spaces only, so that it can stand in a statement as it is. */
function scanCast(scanner: Scanner): string | null {
  if (!scanner.accept('::')) return null;
  const cast = scanner.match(/[a-z_][a-z0-9_ ]*(?:\[\])?/iy);
  return cast === '' ? scanner.fail('a type') : cast;
}
