import type { Database } from '../database/database.js';
import { RestError } from './errors.js';

/** A function that can be called by name. */
export interface Callable {
  schema: string;
  name: string;
  arguments: Argument[];
  returnsSet: boolean;
  returns: 'row' | 'value' | 'nothing';
  /** The table whose rows it returns, if it does: its columns may be embedded from. */
  table: string | null;
}

export interface Argument {
  /** Empty if it has none. */
  name: string;
  type: string;
  required: boolean;
  variadic: boolean;
}

/** What a call brings along. */
export interface Given {
  /** The names of its arguments; `null` if the body is not an object. */
  names: ReadonlySet<string> | null;
  /** The types of a function's only, nameless argument that the body as a whole can be. */
  wholeBody: readonly string[];
}

/** All functions of this name. */
export async function findOverloads(database: Database, schema: string, name: string): Promise<Callable[]> {
  const { rows } = await database.query(
    `select json_build_object(
       'schema', $1::text,
       'name', proname,
       'arguments', coalesce((
         select json_agg(json_build_object(
           'name', coalesce(argument, ''),
           'type', format_type(type, -1),
           'required', position <= pronargs - pronargdefaults,
           'variadic', coalesce(mode, 'i') = 'v'
         ) order by position)
         from (
           select argument, type, mode, row_number() over (order by place) as position
           from unnest(coalesce(proallargtypes, proargtypes::oid[]), proargnames, proargmodes)
             with ordinality as every (type, argument, mode, place)
           where coalesce(mode, 'i') in ('i', 'b', 'v')
         ) as inputs
       ), '[]'),
       'returnsSet', proretset,
       'returns', case
         when prorettype = 'void'::regtype then 'nothing'
         when typtype = 'c' or proargmodes && '{t,b,o}' or prorettype = 'record'::regtype then 'row'
         else 'value'
       end,
       'table', (
         select relname from pg_class
         where pg_class.oid = typrelid and relkind <> 'c' and relnamespace = pronamespace
       )
     )::text as function
     from pg_proc join pg_type on pg_type.oid = prorettype
     where pronamespace = to_regnamespace(quote_ident($1::text)) and proname = $2::text and prokind = 'f'
       and prorettype <> 'trigger'::regtype
     order by pg_proc.oid`,
    [schema, name],
  );
  return rows.map((row) => JSON.parse(row.function ?? '{}') as Callable);
}

/** The overload that takes these arguments, or else the whole body as its only one. */
export function chooseOverload(
  overloads: readonly Callable[],
  schema: string,
  name: string,
  given: Given,
): Callable {
  const { names } = given;
  const byName = names === null ? [] : overloads.filter((candidate) => takes(candidate, names));
  const fitting =
    byName.length > 0 ? byName : overloads.filter((candidate) => takesWholeBody(candidate, given.wholeBody));
  const [first, second] = fitting;
  if (first === undefined) throw notFound(schema, name, given);
  if (second === undefined) return first;
  const signatures = fitting.map(({ arguments: all }) => {
    const list = all.map((argument) => `${argument.name} => ${argument.type}`);
    return `${schema}.${name}(${list.join(', ')})`;
  });
  throw new RestError(
    300,
    'PGRST203',
    `Could not choose the best candidate function between: ${signatures.join(', ')}`,
    null,
    'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
  );
}

function takes({ arguments: all }: Callable, names: ReadonlySet<string>): boolean {
  return (
    all.every(({ name, required, variadic }) => !required || variadic || names.has(name)) &&
    [...names].every((name) => all.some((argument) => argument.name === name)) &&
    all.every(({ name }) => name !== '')
  );
}

function takesWholeBody({ arguments: all }: Callable, types: readonly string[]): boolean {
  const [only] = all;
  return all.length === 1 && only?.name === '' && types.includes(only.type);
}

function notFound(schema: string, name: string, { names, wholeBody }: Given): RestError {
  const list = [...(names ?? [])];
  const given = list.length === 0 ? ' without parameters' : `(${list.join(', ')})`;
  const parameters = list.length === 1 ? ' with parameter ' : ' with parameters ';
  const searched = list.length === 0 ? ' without parameters' : `${parameters}${list.join(', ')}`;
  const whole = wholeBody.length === 0 ? '' : ` with a single unnamed ${wholeBody.join('/')} parameter`;
  const either = names === null ? whole : `${searched}${whole === '' ? '' : ` or${whole}`}`;
  return new RestError(
    404,
    'PGRST202',
    `Could not find the function ${schema}.${name}${names === null ? '' : given} in the schema cache`,
    `Searched for the function ${schema}.${name}${either}, but no matches were found in the schema cache.`,
  );
}
