import * as v from 'valibot';
import { invalid } from '../arguments.js';
import { DashboardError } from '../errors.js';

/** What a caller gives of an object with these fields. */
export type Given<Entries extends v.ObjectEntries> = v.InferInput<v.StrictObjectSchema<Entries, undefined>>;

/** What the copy looks at of a schema. */
interface Looked {
  type: string;
  wrapped?: Looked;
  item?: Looked;
  entries?: Record<string, Looked>;
  getter?: (given: unknown) => Looked;
}

/** In the place of what cannot be read: no option may be it. */
const UNREADABLE = Symbol('unreadable');

/** One more than any array of options may have. */
const MOST_ITEMS = 1_001;

/**
 * Checks an object of options and gives it with its defaults, a copy in which nothing of the application's runs.
 *
 * The schemas' messages complete the sentence "Option … must be …".
 *
 * @param of whose options they are, for the messages
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checked<Schema extends v.GenericSchema>(
  of: string,
  schema: Schema,
  given: unknown,
): v.InferOutput<Schema> {
  let result: v.SafeParseResult<Schema>;
  try {
    const copy = copyOf(schema as unknown as Looked, given, of);
    result = v.safeParse(schema, copy, { abortEarly: true });
  } catch (error) {
    throw error instanceof DashboardError ? error : unreadable(of, error);
  }
  if (result.success) return result.output;
  const [{ path, message }] = result.issues;
  const names = (path ?? []).map(({ key }) => key).filter((key) => typeof key === 'string');
  throw wrong(names.slice(0, -1).reduce(within, of), names.at(-1) ?? '', message);
}

/** The error of an option that must be something else. */
export function wrong(of: string, name: string, expected: string): DashboardError {
  return invalid(`Option "${name}" of ${of} must be ${expected}.`);
}

/** Whether it is an object: neither an array nor `null`. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field, an inherited one too. Reading it may run the application's code, which may throw. */
export function fieldOf(value: unknown, name: string | number): unknown {
  try {
    return readable((value as Record<string | number, unknown>)[name]);
  } catch {
    return UNREADABLE;
  }
}

/** The items of an array, as far as any is looked at; nothing of what is none. */
export function itemsOf(value: unknown): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const length = Math.min(Number(fieldOf(value, 'length')), MOST_ITEMS);
  return Array.from({ length }, (_, index) => fieldOf(value, index));
}

/** As deep as the schema looks. */
function copyOf(schema: Looked, given: unknown, of: string): unknown {
  const value = readable(given);
  const { wrapped, item, entries, getter } = schema;
  if (wrapped) return value === undefined ? value : copyOf(wrapped, value, of);
  if (getter) return copyOf(getter(value), value, of);
  if (item) return itemsOf(value)?.map((one) => copyOf(item, one, of)) ?? value;
  if (entries) return fieldsOf(entries, value, of, schema.type === 'strict_object');
  return value;
}

function fieldsOf(entries: Record<string, Looked>, value: unknown, of: string, isStrict: boolean): object {
  if (value === UNREADABLE) throw unreadable(of);
  if (!isObject(value)) throw invalid(`${of} takes an object of options.`);
  const known = Object.keys(entries);
  const unknown = isStrict ? Object.keys(value).find((name) => !known.includes(name)) : undefined;
  if (unknown !== undefined) {
    const message = `${of} has no option "${unknown}". It knows: ${known.join(', ')}.`;
    throw new DashboardError('unknown_option', message);
  }
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, schema] of Object.entries(entries)) {
    copy[name] = copyOf(schema, fieldOf(value, name), within(of, name));
  }
  return copy;
}

/** Itself, unless it throws whenever somebody looks at it; of a function of that kind, one that calls it. */
function readable(value: unknown): unknown {
  try {
    if (Object(value) === value) void Object.getPrototypeOf(value)?.constructor?.name;
    return value;
  } catch {
    if (typeof value !== 'function') return UNREADABLE;
    return (...values: unknown[]) => Reflect.apply(value, undefined, values);
  }
}

function unreadable(of: string, cause?: unknown): DashboardError {
  return invalid(`${of} takes an object of options, and this one cannot be read.`, cause);
}

function within(of: string, name: string): string {
  return `${of}'s \`${name}\``;
}
