import { RestError } from './errors.js';
import type { ColumnPair, Relationship } from './relationships.js';
import type { SelectEmbed } from './select.js';

/** The one relationship that an embed means. */
export function pickRelationship(
  relationships: readonly Relationship[],
  schema: string,
  table: string,
  { relation, hint }: SelectEmbed,
): Relationship {
  const fitting = relationships.filter((candidate) =>
    hint === null ? isNamed(candidate, relation) : candidate.target === relation && isHinted(candidate, hint),
  );
  const [first, second] = fitting;
  if (first === undefined) {
    const using = hint === null ? '' : ` using the hint '${hint}'`;
    throw new RestError(
      400,
      'PGRST200',
      `Could not find a relationship between '${table}' and '${relation}' in the schema cache`,
      `Searched for a foreign key relationship between '${table}' and '${relation}'${using} in the schema '${schema}', but no matches were found.`,
    );
  }
  if (second !== undefined) throw ambiguous(table, relation, fitting);
  return first;
}

export function isToOne({ cardinality }: Relationship): boolean {
  return cardinality === 'many-to-one' || cardinality === 'one-to-one';
}

/**
 * An embed names the other table, the foreign key, or the column that holds it. A table that refers to itself is,
 * by its name, the rows that point here; by its key or column it is the row that this one points to.
 */
function isNamed(candidate: Relationship, name: string): boolean {
  const { target, isSelf, holdsKey, constraint, columns, junction } = candidate;
  if (target === name && !(isSelf && holdsKey)) return true;
  if (junction !== null) return false;
  if (constraint === name && (!isSelf || holdsKey)) return true;
  return holdsKey && columns.length === 1 && columns[0]?.here === name;
}

function isHinted({ isSelf, holdsKey, constraint, columns, junction }: Relationship, hint: string): boolean {
  if (isSelf && holdsKey) return false;
  if (junction !== null) return junction.table === hint;
  if (constraint === hint) return true;
  const [only] = columns;
  return columns.length === 1 && (only?.here === hint || only?.there === hint);
}

function ambiguous(table: string, relation: string, candidates: readonly Relationship[]): RestError {
  const choices = candidates.map(
    ({ target, constraint, junction }) => `'${target}!${junction?.table ?? constraint}'`,
  );
  return new RestError(
    300,
    'PGRST201',
    `Could not embed because more than one relationship was found for '${table}' and '${relation}'`,
    candidates.map((candidate) => ({
      cardinality: candidate.cardinality,
      embedding: `${table} with ${candidate.target}`,
      relationship: describe(table, candidate),
    })),
    `Try changing '${relation}' to one of the following: ${choices.join(', ')}. Find the desired relationship in the 'details' key.`,
  );
}

function describe(table: string, { target, constraint, columns, junction }: Relationship): string {
  const [here, there] = [names(columns, 'here'), names(columns, 'there')];
  if (junction === null) return `${constraint} using ${table}(${here}) and ${target}(${there})`;
  const far = names(junction.columns, 'here');
  return `${junction.table} using ${constraint}(${there}) and ${junction.constraint}(${far})`;
}

function names(columns: readonly ColumnPair[], side: keyof ColumnPair): string {
  return columns.map((pair) => pair[side]).join(', ');
}
