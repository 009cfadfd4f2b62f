import { type Database, quoteIdentifier } from '../database/database.js';
import { RestError } from './errors.js';

export interface Column {
  name: string;
  /** Its type as SQL text. */
  type: string;
  /** What PostgreSQL fills in, as SQL text; `null` where it fills in nothing. */
  default: string | null;
}

/** A table or a view. */
export interface Table {
  schema: string;
  name: string;
  columns: Column[];
  primaryKey: string[];
}

export async function findTable(database: Database, schema: string, name: string): Promise<Table> {
  const { rows } = await database.query(
    `select json_build_object(
       'columns', coalesce((
         select json_agg(json_build_object(
           'name', attname,
           'type', format_type(atttypid, atttypmod),
           'default', case
             when attgenerated <> '' then null
             when attidentity <> '' then format('nextval(%L)', pg_get_serial_sequence(format('%I.%I', $1::text, $2::text), attname))
             else coalesce(pg_get_expr(adbin, adrelid), pg_get_expr(typdefaultbin, 0))
           end
         ) order by attnum)
         from pg_attribute
         join pg_type on pg_type.oid = atttypid
         left join pg_attrdef on adrelid = attrelid and adnum = attnum
         where attrelid = pg_class.oid and attnum > 0 and not attisdropped
       ), '[]'),
       'primaryKey', coalesce((
         select json_agg(attname order by position)
         from pg_index
         cross join unnest(indkey::int2[]) with ordinality as keys (number, position)
         join pg_attribute on attrelid = indrelid and attnum = number
         where indrelid = pg_class.oid and indisprimary
       ), '[]')
     )::text as description
     from pg_class
     where relnamespace = to_regnamespace(quote_ident($1::text)) and relname = $2::text and relkind in ('r', 'p', 'v', 'm', 'f')`,
    [schema, name],
  );
  const description = rows[0]?.description;
  if (description === undefined || description === null) {
    throw new RestError(404, 'PGRST205', `Could not find the table '${schema}.${name}' in the schema cache`);
  }
  return { schema, name, ...(JSON.parse(description) as Pick<Table, 'columns' | 'primaryKey'>) };
}

export function qualified({ schema, name }: { schema: string; name: string }): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
