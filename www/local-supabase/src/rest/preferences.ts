import type { Context } from 'hono';
import { RestError } from './errors.js';

/** What the `Prefer` header asks for; `null` where it asks for nothing. */
export interface Preferences {
  return: 'minimal' | 'representation' | 'headers-only' | null;
  count: 'exact' | 'planned' | 'estimated' | null;
  resolution: 'merge-duplicates' | 'ignore-duplicates' | null;
  missing: 'default' | 'null' | null;
  handling: 'strict' | 'lenient' | null;
  /** Counts only with `handling=strict`. */
  'max-affected': number | null;
}

export type PreferenceName = keyof Preferences;

const choices = {
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  missing: ['default', 'null'],
  return: ['minimal', 'representation', 'headers-only'],
  count: ['exact', 'planned', 'estimated'],
  handling: ['strict', 'lenient'],
  tx: ['commit', 'rollback'],
} as const;

export function readPreferences(context: Context): Preferences {
  const given = (context.req.header('prefer') ?? '')
    .split(',')
    .map((preference) => preference.trim())
    .filter((preference) => preference !== '');
  const preferences: Preferences = {
    return: firstOf(given, 'return'),
    count: firstOf(given, 'count'),
    resolution: firstOf(given, 'resolution'),
    missing: firstOf(given, 'missing'),
    handling: firstOf(given, 'handling'),
    'max-affected': maxAffected(given),
  };
  if (preferences.handling === 'strict') refuseUnknown(given);
  return preferences;
}

/** The `Preference-Applied` header: those of `names` that were asked for, in PostgREST's order. */
export function applied(preferences: Preferences, names: readonly PreferenceName[]): string | null {
  const order: PreferenceName[] = ['resolution', 'missing', 'return', 'count', 'handling', 'max-affected'];
  const values = order.flatMap((name) => {
    const value = preferences[name];
    return names.includes(name) && value !== null ? [`${name}=${value}`] : [];
  });
  return values.length === 0 ? null : values.join(', ');
}

export function refuseTooManyRows({ handling, 'max-affected': most }: Preferences, total: number): void {
  if (handling !== 'strict' || most === null || total <= most) return;
  throw new RestError(
    400,
    'PGRST124',
    'Query result exceeds max-affected preference constraint',
    `The query affects ${total} rows`,
  );
}

function firstOf<Name extends keyof typeof choices>(
  given: readonly string[],
  name: Name,
): (typeof choices)[Name][number] | null {
  const options: readonly (typeof choices)[Name][number][] = choices[name];
  for (const preference of given) {
    const option = options.find((candidate) => preference === `${name}=${candidate}`);
    if (option !== undefined) return option;
  }
  return null;
}

function maxAffected(given: readonly string[]): number | null {
  const [value] = given.flatMap((preference) => /^max-affected=(\d+)$/.exec(preference)?.[1] ?? []);
  return value === undefined ? null : Number(value);
}

function refuseUnknown(given: readonly string[]): void {
  const known = new Set(
    Object.entries(choices).flatMap(([name, options]) => options.map((option) => `${name}=${option}`)),
  );
  const unknown = given.filter(
    (preference) => !known.has(preference) && !/^max-affected=\d+$/.test(preference),
  );
  if (unknown.length === 0) return;
  throw new RestError(
    400,
    'PGRST122',
    'Invalid preferences given with handling=strict',
    `Invalid preferences: ${unknown.join(', ')}`,
  );
}
