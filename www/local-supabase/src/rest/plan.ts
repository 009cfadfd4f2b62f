import { type Database, quoteIdentifier } from '../database/database.js';
import { findTable, qualified, type Table } from './catalog.js';
import { isToOne, pickRelationship } from './embeds.js';
import { emptyQuery, nameOf, type Query } from './query.js';
import {
  type ColumnPair,
  findLinks,
  type Link,
  type Relationship,
  relationshipsOf,
} from './relationships.js';
import type { SelectColumn, SelectEmbed, SelectItem } from './select.js';

/** One table of a request with everything that is asked of it. */
export interface Level {
  /** Its name in the statement, quoted. */
  source: string;
  /** It has no columns if nothing is known of them: a function that returns no table's rows. */
  table: Table;
  query: Query;
  columns: SelectColumn[];
  embeds: Embed[];
}

/** A level inside another, whose foreign key is known. */
export interface Embed extends Level {
  /** The name its rows appear under. */
  name: string;
  inner: boolean;
  spread: boolean;
  isToOne: boolean;
  /** Its rows may be selected as nothing at all: `client()` only filters. */
  isEmpty: boolean;
  from: string;
  /** The columns of the outer level that the join needs. */
  columnsHere: string[];
  /** The conditions that tie its rows to those of the level it is in. */
  join: string[];
}

/** Looks up the foreign keys that a select list goes over. Runs before the request's transaction. */
export async function planLevel(
  database: Database,
  source: string,
  table: Table,
  items: readonly SelectItem[],
  query: Query,
): Promise<Level> {
  const hasEmbeds = items.some(({ kind }) => kind === 'embed');
  // Nothing refers to a function's name, though a table may share it.
  const links = hasEmbeds && table.columns.length > 0 ? await findLinks(database, table.schema) : [];
  return planInside(database, links, source, table, items, query);
}

async function planInside(
  database: Database,
  links: readonly Link[],
  source: string,
  table: Table,
  items: readonly SelectItem[],
  query: Query,
): Promise<Level> {
  const relationships = relationshipsOf(links, table.name);
  const embeds: Embed[] = [];
  for (const [index, embed] of items.filter((item) => item.kind === 'embed').entries()) {
    const relationship = pickRelationship(relationships, table.schema, table.name, embed);
    const target = await findTable(database, table.schema, relationship.target);
    const inside = aliasOf(source, embed.relation, index);
    const name = nameOf(embed);
    const asked = query.embedded.get(name) ?? emptyQuery();
    embeds.push({
      ...(await planInside(database, links, inside, target, embed.items, asked)),
      name,
      inner: embed.inner,
      spread: embed.spread,
      isToOne: isToOne(relationship),
      isEmpty: isEmpty(embed),
      columnsHere: relationship.columns.map(({ here }) => here),
      ...joinOf(source, inside, target, relationship),
    });
  }
  return { source, table, query, columns: items.filter((item) => item.kind === 'column'), embeds };
}

/**
 * The depth in its name tells a level from those around it, which its conditions may need. PostgreSQL cuts names of
 * more than 63 bytes off at their end, where the depth is: so long must none become.
 */
function aliasOf(outer: string, relation: string, index: number): string {
  const depth = Number(/_(\d+)_\d+"$/.exec(outer)?.[1] ?? 0) + 1;
  const start = relation.replace(/[^\w ]/g, '').slice(0, 40);
  return quoteIdentifier(`${start}_${depth}_${index + 1}`);
}

function isEmpty({ items }: SelectEmbed): boolean {
  return items.every((item) => item.kind === 'embed' && isEmpty(item));
}

function joinOf(
  source: string,
  inside: string,
  target: Table,
  { columns, junction }: Relationship,
): { from: string; join: string[] } {
  const from = `${qualified(target)} as ${inside}`;
  if (junction === null) return { from, join: equalities(source, inside, columns) };
  const middle = quoteIdentifier(`${inside.slice(1, -1)}_junction`);
  const table = qualified({ schema: target.schema, name: junction.table });
  return {
    from: `${from} cross join ${table} as ${middle}`,
    join: [...equalities(source, middle, columns), ...equalities(middle, inside, junction.columns)],
  };
}

function equalities(here: string, there: string, columns: readonly ColumnPair[]): string[] {
  return columns.map(
    (pair) => `${there}.${quoteIdentifier(pair.there)} = ${here}.${quoteIdentifier(pair.here)}`,
  );
}
