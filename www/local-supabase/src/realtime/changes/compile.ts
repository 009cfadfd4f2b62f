import { type Database, isConnectionLoss, isPostgresError } from '../../database/database.js';
import { messageOf } from '../../errors.js';
import { type Binding, BindingError, describeBinding, type FilterTerm, splitTerms } from './bindings.js';
import { type Relation, readRelations } from './changedRows.js';
import { isKeywords, tryFilter } from './filters.js';
import { readGrants, type Selection } from './visibility.js';

/** A binding whose tables exist and whose filter fits their columns. */
export interface CompiledBinding extends Binding {
  /** The oids of its tables as they were then: a table that is renamed goes on, one that is new is not among them. */
  tables: ReadonlySet<string>;
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

const mostListedValues = 100;

/**
 * Checks a binding against the published tables, as far as a role may read them; what is wrong with it is told in the
 * server's words.
 */
export async function compileBinding(
  database: Database,
  binding: Binding,
  role: string,
): Promise<CompiledBinding> {
  const relations = await publishedRelations(database, binding);
  if (relations.length === 0) {
    throw new BindingError(
      `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: ${describeBinding(binding)}`,
    );
  }
  const grants = await readGrants(database, role, new Set(relations));
  for (const relation of relations) {
    checkColumns(binding, grants.get(relation) ?? new Set());
    for (const term of binding.filter) checkTerm(binding, relation, term);
    await checkFilter(database, binding, relation);
  }
  return {
    ...binding,
    tables: new Set(relations.map(({ oid }) => oid)),
    filterText: binding.filter.length === 0 ? '' : JSON.stringify(binding.filter),
    selection: binding.select === null ? null : JSON.stringify([...new Set(binding.select)].sort()),
  };
}

async function publishedRelations(database: Database, { schema, table }: Binding): Promise<Relation[]> {
  const { rows } = await database.query(
    `select pg_class.oid::text as oid
     from pg_publication_tables
     join pg_namespace on nspname = schemaname
     join pg_class on relnamespace = pg_namespace.oid and relname = tablename
     where pubname = 'supabase_realtime' and ($1 = '*' or schemaname = $1) and ($2 = '*' or tablename = $2)
       and schemaname not in ('realtime', 'auth', 'extensions', 'supabase_migrations')`,
    [schema, table],
  );
  return [...(await readRelations(database, new Set(rows.map(({ oid }) => oid ?? '')))).values()];
}

/** A column that the role may not read is one that it does not know: a filter would tell what is in it. */
function checkColumns(binding: Binding, readable: ReadonlySet<string>): void {
  const check = (kind: string, column: string): void => {
    if (!readable.has(column)) throw raised(binding, `invalid column for ${kind} ${column}`);
  };
  for (const { column } of binding.filter) check('filter', column);
  for (const column of binding.select ?? []) check('select', column);
}

function checkTerm(binding: Binding, { columns }: Relation, { column, operator, value }: FilterTerm): void {
  if (operator === 'in' && splitTerms(value.slice(1, -1), ',').length > mostListedValues) {
    throw raised(binding, `too many values for \`in\` filter. Maximum ${mostListedValues}`);
  }
  if (operator !== 'is') return;
  const keyword = value.toLowerCase();
  if (!isKeywords.has(keyword)) {
    throw raised(binding, 'invalid value for is filter: must be null, true, false, or unknown');
  }
  const type = columns.find(({ name }) => name === column)?.sqlType;
  if (keyword !== 'null' && type !== 'boolean') {
    throw raised(binding, `is ${keyword} filter requires a boolean column, got ${type}`);
  }
}

async function checkFilter(database: Database, binding: Binding, relation: Relation): Promise<void> {
  if (binding.filter.length === 0) return;
  try {
    await tryFilter(database, relation, binding.filter);
  } catch (cause) {
    if (isConnectionLoss(cause) || !isPostgresError(cause)) throw cause;
    const name = conditionNames[cause.code] ?? 'error';
    throw exception(binding, `ERROR ${cause.code} (${name}) ${messageOf(cause)}`);
  }
}

function raised(binding: Binding, message: string): BindingError {
  return exception(binding, `ERROR P0001 (raise_exception) ${message}`);
}

function exception(binding: Binding, text: string): BindingError {
  return new BindingError(
    `Unable to subscribe to changes with given parameters. An exception happened so please check your connect parameters: ${describeBinding(binding)}. Exception: ${text}`,
  );
}
