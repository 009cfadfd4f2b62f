import { type Database, quoteIdentifier } from '../database/database.js';
import { RestError } from './errors.js';
import type { TopQuery } from './query.js';
import { resolveSelect } from './relationships.js';
import type { RestRequest } from './request.js';
import { Parameters } from './sql.js';
import { pageOf, qualified, type Statement } from './statements.js';

/** A function that can be called by name. */
export interface Callable {
  name: string;
  arguments: { name: string; type: string; required: boolean }[];
  returnsSet: boolean;
  /** A row, not a single value. */
  returnsRow: boolean;
  returnsVoid: boolean;
  /** The table whose rows it returns, if it does: its columns may be embedded from. */
  table: string | null;
}

/** The overload that takes these arguments. */
export async function findFunction(
  database: Database,
  schema: string,
  name: string,
  given: ReadonlySet<string>,
): Promise<Callable> {
  const { rows } = await database.query(
    `select json_build_object(
       'name', proname,
       'arguments', coalesce((
         select json_agg(json_build_object(
           'name', argument, 'type', format_type(type, null), 'required', position <= pronargs - pronargdefaults
         ) order by position)
         from unnest(proargnames[1:pronargs], proargtypes::oid[]) with ordinality as arguments (argument, type, position)
       ), '[]'),
       'returnsSet', proretset,
       'returnsRow', typtype = 'c' or prorettype = 'record'::regtype,
       'returnsVoid', prorettype = 'void'::regtype,
       'table', (select relname from pg_class where pg_class.oid = typrelid and relkind <> 'c')
     )::text as function
     from pg_proc join pg_type on pg_type.oid = prorettype
     where pronamespace = to_regnamespace(quote_ident($1)) and proname = $2 and prokind = 'f'
     order by pronargs`,
    [schema, name],
  );
  const overloads = rows.map((row) => JSON.parse(row.function ?? '{}') as Callable);
  const fitting = overloads.find(
    (candidate) =>
      candidate.arguments.every((argument) => !argument.required || given.has(argument.name)) &&
      [...given].every((key) => candidate.arguments.some((argument) => argument.name === key)),
  );
  if (fitting !== undefined) return fitting;
  const parameters = given.size === 0 ? 'without parameters' : `with parameters ${[...given].join(', ')}`;
  throw new RestError(
    404,
    'PGRST202',
    `Could not find the function ${schema}.${name} ${parameters} in the schema cache`,
    `Searched for the function ${schema}.${name} ${parameters}, but no matches were found in the schema cache.`,
  );
}

/** Is every name of a URL's query an argument, a filter, or both? Arguments win. */
export async function argumentNames(database: Database, schema: string, name: string): Promise<Set<string>> {
  const { rows } = await database.query(
    `select distinct unnest(proargnames[1:pronargs]) as argument from pg_proc
     where pronamespace = to_regnamespace(quote_ident($1)) and proname = $2`,
    [schema, name],
  );
  return new Set(rows.map((row) => row.argument ?? ''));
}

export async function callStatement(
  database: Database,
  request: RestRequest,
  callable: Callable,
  values: Readonly<Record<string, unknown>>,
  query: TopQuery,
): Promise<Statement> {
  const parameters = new Parameters();
  const call = callSql(request.schema, callable, values, parameters);
  if (callable.returnsVoid) {
    return {
      sql: `select 'null' as body, count(*) as total from (select ${call.invocation}${call.from}) as done`,
      parameters,
    };
  }
  if (!callable.returnsRow) {
    const body = callable.returnsSet ? "coalesce(json_agg(value), '[]')" : 'to_json((array_agg(value))[1])';
    return {
      sql: `select coalesce(${body}, 'null')::text as body, count(*) as total
        from (select ${call.invocation} as value${call.from}) as rows`,
      parameters,
    };
  }
  const items = await resolveSelect(
    database,
    request.schema,
    callable.table ?? callable.name,
    query.select,
    'source',
  );
  const rows =
    call.from === ''
      ? call.invocation
      : `(select result.*${call.from}, lateral ${call.invocation} as result)`;
  return pageOf(`${rows} as source`, items, query, request, parameters);
}

/** Arguments go through JSON, so that arrays and composite types arrive as PostgreSQL reads them. */
function callSql(
  schema: string,
  callable: Callable,
  values: Readonly<Record<string, unknown>>,
  parameters: Parameters,
): { invocation: string; from: string } {
  const passed = callable.arguments.filter(({ name }) => name in values);
  const target = qualified(schema, callable.name);
  if (passed.length === 0) return { invocation: `${target}()`, from: '' };
  const columns = passed.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  const named = passed.map(({ name }) => `${quoteIdentifier(name)} => body.${quoteIdentifier(name)}`);
  return {
    invocation: `${target}(${named.join(', ')})`,
    from: ` from json_to_record(${parameters.add(JSON.stringify(values))}::json) as body (${columns.join(', ')})`,
  };
}
