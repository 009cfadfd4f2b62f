import type { Scanner } from './scanner.js';

/** A column, or a value inside a JSON column: `data->address->>city`. */
export interface ColumnPath {
  column: string;
  steps: PathStep[];
}

export interface PathStep {
  key: string;
  /** A place in an array, not a key of an object. */
  isIndex: boolean;
  asText: boolean;
}

/** A name, quoted if it has characters that mean something in a URL. */
export function scanName(scanner: Scanner): string {
  const start = scanner.position;
  const name = scanner.quoted() ?? scanner.match(/(?:[\p{L}\p{N}_ $]|-(?!>))+/uy).trim();
  if (name !== '' && !hasNul(name)) return name;
  scanner.position = start;
  return scanner.fail('field name (* or [a..z0..9_$])');
}

export function scanPath(scanner: Scanner): ColumnPath {
  return { column: scanName(scanner), steps: scanSteps(scanner) };
}

export function scanSteps(scanner: Scanner): PathStep[] {
  const steps: PathStep[] = [];
  for (;;) {
    const asText = scanner.accept('->>');
    if (!asText && !scanner.accept('->')) return steps;
    const index = scanner.match(/-?\d+(?=$|->|::|[.,)])/y);
    const key = index === '' ? (scanner.quoted() ?? scanner.match(/(?:[^(\-:.,>)]|-(?!>))+/y).trim()) : index;
    if (key === '' || hasNul(key)) scanner.fail('any non reserved character different from: .,>()');
    steps.push({ key, isIndex: index !== '', asText });
  }
}

/** PostgreSQL reads a statement to its first NUL, so that no name in one can have it. */
function hasNul(text: string): boolean {
  return text.includes('\0');
}

/** A list of names: `columns` and `on_conflict`. */
export function scanNames(scanner: Scanner): string[] {
  const names = [scanName(scanner)];
  while (scanner.accept(',')) names.push(scanName(scanner));
  scanner.expectEnd();
  return names;
}
