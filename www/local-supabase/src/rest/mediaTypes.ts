import { RestError } from './errors.js';

/** How an answer's rows are written. */
export interface MediaType {
  format: 'json' | 'csv';
  /** One object instead of a list. */
  isObject: boolean;
  stripsNulls: boolean;
  contentType: string;
}

const object = 'application/vnd.pgrst.object';
const array = 'application/vnd.pgrst.array';

/** The first media type of an `Accept` header that there is an answer in. */
export function chooseMediaType(accept: string): MediaType {
  for (const choice of accept.split(',')) {
    const [type = '', ...parameters] = choice.split(';').map((part) => part.trim().toLowerCase());
    const stripsNulls = parameters.includes('nulls=stripped');
    switch (type) {
      case '':
      case '*/*':
      case 'application/*':
      case 'application/json':
        return { format: 'json', isObject: false, stripsNulls: false, contentType: 'application/json' };
      case array:
      case `${array}+json`:
        return {
          format: 'json',
          isObject: false,
          stripsNulls,
          contentType: stripsNulls ? `${array}+json;nulls=stripped` : 'application/json',
        };
      case object:
      case `${object}+json`:
        return {
          format: 'json',
          isObject: true,
          stripsNulls,
          contentType: `${object}+json${stripsNulls ? ';nulls=stripped' : ''}`,
        };
      case 'text/csv':
        return { format: 'csv', isObject: false, stripsNulls: false, contentType: 'text/csv' };
    }
  }
  throw new RestError(406, 'PGRST107', `None of these media types are available: ${accept}`);
}

/** The SQL of an answer's body over the rows called `page`; `page.*` is a row even if a column has that name. */
export function bodySql({ format, stripsNulls }: MediaType): string {
  if (format === 'csv') {
    const names = `select string_agg(name, ',') from (
      select json_object_keys(row_to_json(first.*)) as name from (select * from page limit 1) as first) as names`;
    // A row as text is its fields in parentheses, quoted as CSV wants it.
    const lines = String.raw`string_agg(substring((page.*)::text, 2, length((page.*)::text) - 2), E'\n')`;
    return String.raw`coalesce((${names}) || E'\n', '') || coalesce(${lines}, '')`;
  }
  const row = stripsNulls ? 'json_strip_nulls(row_to_json(page.*))' : 'page.*';
  return `coalesce(json_agg(${row}), '[]')::text`;
}
