import { StartError } from '../errors.js';
import type { DelayRange, RealtimeSettings } from './settings.js';

type Kind<Value> = Value extends boolean
  ? 'switch'
  : Value extends DelayRange
    ? 'range'
    : null extends Value
      ? 'limit'
      : 'number';

type AnyKind = 'switch' | 'range' | 'limit' | 'number';

/** What each setting takes. The compiler sees to it that none is missing or of another kind than its type. */
const kinds: { readonly [Name in keyof RealtimeSettings]: Kind<RealtimeSettings[Name]> } = {
  refusedJoinDelayMs: 'number',
  refusedHandshakeDelayMs: 'number',
  idleTimeoutMs: 'number',
  coldSubscriptionDelayMs: 'range',
  subscriptionDelayMs: 'range',
  resubscriptionDelayMs: 'range',
  retrySubscriptionDelayMs: 'range',
  pollIntervalMs: 'number',
  maxConnections: 'limit',
  maxChannelsPerConnection: 'limit',
  maxJoinsPerSecond: 'limit',
  maxMessagesPerSecond: 'limit',
  maxPresenceMessagesPerSecond: 'limit',
  maxPresenceCallsPerWindow: 'limit',
  presenceWindowMs: 'number',
  maxPayloadKilobytes: 'number',
  maxRowBytes: 'number',
  privateOnly: 'switch',
};

/** Node's timers overflow above, and fire at once. */
const largest = 2_147_483_647;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= largest;

function isRange(value: unknown): boolean {
  const [least, most, ...more]: unknown[] = Array.isArray(value) ? value : [];
  return isCount(least) && isCount(most) && least <= most && more.length === 0;
}

interface Rule {
  takes: string;
  accepts(value: unknown): boolean;
  /** From the text of `NAME=VALUE`; what is not understood stays text, which nothing accepts. */
  parse(text: string): unknown;
}

const parseCount = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);

const rules: Readonly<Record<AnyKind, Rule>> = {
  number: {
    takes: `a whole number up to ${largest}`,
    accepts: isCount,
    parse: parseCount,
  },
  limit: {
    takes: `a whole number up to ${largest}, or none`,
    accepts: (value) => value === null || isCount(value),
    parse: (text) => (text === 'none' || text === 'null' ? null : parseCount(text)),
  },
  range: {
    takes: 'milliseconds, least and most, as in 1000-3000',
    accepts: isRange,
    parse(text) {
      const parts = text.split('-').map(parseCount);
      return parts.length === 1 ? [parts[0], parts[0]] : parts;
    },
  },
  switch: {
    takes: 'true or false',
    accepts: (value) => typeof value === 'boolean',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  },
};

/** The settings that were given, or a sentence about the first that is unknown or of the wrong kind. */
export function checkRealtimeSettings(given: Readonly<Record<string, unknown>>): Partial<RealtimeSettings> {
  const settings = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of settings) {
    const { takes, accepts } = ruleOf(name);
    if (!accepts(value)) {
      throw new StartError(`The realtime setting ${name} takes ${takes}, not ${show(value)}.`);
    }
  }
  return Object.fromEntries(settings);
}

/** `NAME=VALUE` pairs of a command line, as {@link checkRealtimeSettings} takes them. */
export function parseRealtimeSettings(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, text] = splitOnce(pair);
      if (text === null) throw new StartError(`--realtime takes NAME=VALUE, not "${pair}".`);
      return [name, ruleOf(name).parse(text)];
    }),
  );
}

/** Every setting there is. */
export function realtimeSettingNames(): string[] {
  return Object.keys(kinds);
}

function ruleOf(name: string): Rule {
  if (Object.hasOwn(kinds, name)) return rules[kinds[name as keyof RealtimeSettings]];
  throw new StartError(
    `There is no realtime setting ${name}: there are ${realtimeSettingNames().join(', ')}.`,
  );
}

function splitOnce(pair: string): [name: string, text: string | null] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, null] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `"${value.join('-')}"`;
  return typeof value === 'string' ? `"${value}"` : String(value);
}
