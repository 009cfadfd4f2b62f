import { parseArgs } from 'node:util';
import type { LocalSupabaseOptions } from '../config.js';
import { messageOf, StartError } from '../errors.js';
import { parseRealtimeSettings } from '../realtime/checkSettings.js';

/** The command line, understood but not yet checked. */
export interface Command {
  wants: 'start' | 'help' | 'version';
  json: boolean;
  /** Stop also when standard input ends. */
  untilStdinEnds: boolean;
  options: LocalSupabaseOptions;
}

const questions = [
  ['help', ['--help', '-h']],
  ['version', ['--version']],
] as const satisfies readonly (readonly [Command['wants'], readonly string[]])[];

/** Reads arguments and environment. A secret is never an argument: every user of the machine can read those. */
export function parseCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  // Whoever asks how it is called is not told first that this was not how.
  for (const [wants, names] of questions) {
    if (args.some((argument) => (names as readonly string[]).includes(argument)))
      return { wants, json: false, untilStdinEnds: false, options: {} };
  }
  const values = parse(args);
  for (const name of ['host', 'migrations', 'seed', 'data-dir'] as const) {
    if (values[name] === '') throw new StartError(`--${name} is empty: give it a value, or leave it out.`);
  }
  const { port, host, migrations, seed, realistic } = values;
  const dataDir = values['data-dir'];
  const controlPort = values['control-port'];
  const lifetime = values['access-token-lifetime-seconds'];
  // An empty variable is how many shells and tools unset one.
  const databaseUrl = environment.DATABASE_URL || undefined;
  const jwtSecret = environment.JWT_SECRET || undefined;
  const externalKey = environment.WEDSYNC_EXTERNAL_KEY || undefined;
  return {
    wants: 'start',
    json: values.json,
    untilStdinEnds: values['until-stdin-ends'],
    options: {
      ...(port === undefined ? {} : { port: toNumber('--port', port) }),
      ...(host === undefined ? {} : { host }),
      ...(migrations === undefined ? {} : { migrations }),
      ...(seed === undefined ? {} : { seed }),
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(controlPort === undefined ? {} : { controlPort: toNumber('--control-port', controlPort) }),
      ...(lifetime === undefined
        ? {}
        : { accessTokenLifetimeSeconds: toNumber('--access-token-lifetime-seconds', lifetime) }),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(jwtSecret === undefined ? {} : { jwtSecret }),
      ...(externalKey === undefined ? {} : { externalKey }),
      realistic,
      realtime: {
        ...delay('refusedJoinDelayMs', '--refused-join-delay-ms', values['refused-join-delay-ms']),
        ...delay(
          'refusedHandshakeDelayMs',
          '--refused-handshake-delay-ms',
          values['refused-handshake-delay-ms'],
        ),
        ...parseRealtimeSettings(values.realtime),
      },
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        migrations: { type: 'string' },
        seed: { type: 'string' },
        'data-dir': { type: 'string' },
        'control-port': { type: 'string' },
        'access-token-lifetime-seconds': { type: 'string' },
        realistic: { type: 'boolean', default: false },
        realtime: { type: 'string', multiple: true, default: [] },
        'refused-join-delay-ms': { type: 'string' },
        'refused-handshake-delay-ms': { type: 'string' },
        json: { type: 'boolean', default: false },
        'until-stdin-ends': { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new StartError(explain(messageOf(cause)));
  }
}

/** Node's own words, where they are clear: the rest of its message is advice on dashes. */
function explain(message: string): string {
  const [, valueless] =
    /^Option '(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message) ?? [];
  if (valueless !== undefined) return `${valueless} needs a value: see --help.`;
  const [sentence] = message.split(/\.\s/);
  return `${sentence}: see --help for the options there are.`;
}

function delay(
  name: 'refusedJoinDelayMs' | 'refusedHandshakeDelayMs',
  option: string,
  text: string | undefined,
) {
  return text === undefined ? {} : { [name]: toNumber(option, text) };
}

function toNumber(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new StartError(`${option} takes a whole number, not "${text}".`);
}
