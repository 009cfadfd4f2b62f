import { readFileSync } from 'node:fs';

const schema = readFileSync(new URL('schema.sql', import.meta.url), 'utf8');

export const createSchema = (control) => control.sql(schema);

/** A recording begins with empty tables and counts its rows from 1. */
export const cleanTables = (control) =>
  control.sql(
    'truncate public.kinds, public.todos, public.secretless, public.audited, realtime.messages restart identity',
  );

/** Statements are recorded with parameters, which the control server does not take. All of them are texts. */
export function inlineParameters(sql, parameters) {
  return sql.replace(/\$(\d+)/g, (_, number) => `'${parameters[number - 1].replaceAll("'", "''")}'`);
}
