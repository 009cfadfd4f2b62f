import { type Database, isPostgresError, quoteIdentifier } from '../../database/database.js';
import { type Binding, BindingError, describeBinding } from './bindings.js';
import { tryFilter } from './filters.js';
import type { Selection } from './visibility.js';

/** A binding whose tables exist and whose filter fits their columns. */
export interface CompiledBinding extends Binding {
  /** The same for equal filters; empty for none. */
  filterText: string;
  selection: Selection;
}

const conditionNames: Readonly<Record<string, string>> = {
  '22P02': 'invalid_text_representation',
  '22003': 'numeric_value_out_of_range',
  '22007': 'invalid_datetime_format',
  '22008': 'datetime_field_overflow',
  '2201B': 'invalid_regular_expression',
  '42883': 'undefined_function',
};

/** Checks a binding against the published tables; what is wrong with it is told in the server's words. */
export async function compileBinding(database: Database, binding: Binding): Promise<CompiledBinding> {
  const { rows: tables } = await database.query(
    `select schemaname, tablename from pg_publication_tables
     where pubname = 'supabase_realtime' and ($1 = '*' or schemaname = $1) and ($2 = '*' or tablename = $2)`,
    [binding.schema, binding.table],
  );
  if (tables.length === 0) {
    throw new BindingError(
      `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: ${describeBinding(binding)}`,
    );
  }
  for (const { schemaname, tablename } of tables) {
    await checkColumns(database, binding, schemaname ?? '', tablename ?? '');
    await checkFilter(database, binding, schemaname ?? '', tablename ?? '');
  }
  return {
    ...binding,
    filterText: binding.filter.length === 0 ? '' : JSON.stringify(binding.filter),
    selection: binding.select === null ? null : JSON.stringify([...new Set(binding.select)].sort()),
  };
}

async function checkColumns(
  database: Database,
  binding: Binding,
  schema: string,
  table: string,
): Promise<void> {
  const { rows } = await database.query(
    `select attname from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [`${quoteIdentifier(schema)}.${quoteIdentifier(table)}`],
  );
  const columns = new Set(rows.map((row) => row.attname));
  const unknown = (kind: string, column: string): BindingError =>
    exception(binding, `ERROR P0001 (raise_exception) invalid column for ${kind} ${column}`);
  for (const { column } of binding.filter) {
    if (!columns.has(column)) throw unknown('filter', column);
  }
  for (const column of binding.select ?? []) {
    if (!columns.has(column)) throw unknown('select', column);
  }
}

async function checkFilter(
  database: Database,
  binding: Binding,
  schema: string,
  table: string,
): Promise<void> {
  if (binding.filter.length === 0) return;
  try {
    await tryFilter(database, `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`, binding.filter);
  } catch (cause) {
    if (!isPostgresError(cause)) throw cause;
    const name = conditionNames[cause.code] ?? 'error';
    throw exception(binding, `ERROR ${cause.code} (${name}) ${cause.message}`);
  }
}

function exception(binding: Binding, text: string): BindingError {
  return new BindingError(
    `Unable to subscribe to changes with given parameters. An exception happened so please check your connect parameters: ${describeBinding(binding)}. Exception: ${text}`,
  );
}
