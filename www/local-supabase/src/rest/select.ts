import { type ColumnPath, parsePath, splitList, syntaxError } from './grammar.js';

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
  /** Which foreign key, where there are several: its column or its name. */
  hint: string | null;
  /** Rows without a match are left out. */
  inner: boolean;
  items: SelectItem[];
}

/** `*,client:clients!inner(name,budget:budget_pence::text)` */
export function parseSelect(text: string): SelectItem[] {
  return splitList(text.replace(/\s+/g, '')).map(parseItem);
}

function parseItem(text: string): SelectItem {
  const embed = /^(?:([^:()!]+):)?([^:()!]+)((?:![^!()]+)*)\((.*)\)$/s.exec(text);
  if (embed !== null) {
    const [, alias, relation = '', marks = '', inside = ''] = embed;
    const hints = marks.split('!').filter((mark) => mark !== '');
    return {
      kind: 'embed',
      alias: alias ?? null,
      relation,
      hint: hints.find((hint) => hint !== 'inner' && hint !== 'left') ?? null,
      inner: hints.includes('inner'),
      items: parseSelect(inside),
    };
  }
  const column = /^(?:([^:()]+):(?!:))?([^:()]+?)(?:::([a-z0-9_ []+\]?))?$/i.exec(text);
  if (column === null) throw syntaxError('select parameter', text);
  const [, alias, path = '', cast] = column;
  return {
    kind: 'column',
    path: path === '*' ? null : parsePath(path),
    alias: alias ?? null,
    cast: cast ?? null,
  };
}
