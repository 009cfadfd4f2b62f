import { parseArgs } from 'node:util';
import { type LocalSupabaseOptions, resolveConfig } from './config.js';
import { messageOf, StartError } from './errors.js';
import { type LocalSupabase, start } from './server.js';

const help = `Usage: wedsync-local-supabase [options]

A Supabase-shaped backend in one process: auth, REST and Realtime over a real PostgreSQL.

  --port N                       port of the project's URL (54321; 0 takes a free one)
  --host ADDRESS                 address to listen on (127.0.0.1)
  --migrations DIR               folder of <version>_<name>.sql files, each applied once
  --seed FILE                    SQL to run once, when the database is new
  --data-dir DIR                 keep the database in this folder (default: in memory)
  --control-port N               open the control server that tests use (0 takes a free port)
  --refused-join-delay-ms N      how long a refused join blocks its socket (50; a hosted project: 5000)
  --refused-handshake-delay-ms N how long a refused handshake waits (50; a hosted project: 2000)
  --json                         print one line of JSON when ready
  --help                         print this

Environment: DATABASE_URL uses that PostgreSQL instead of the built-in one.
`;

/** Runs the command: 0 after a signal, 2 if it could not start. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const values = parse(args);
    if (values.help) {
      process.stdout.write(help);
      return;
    }
    const starting = start(resolveConfig(toOptions(values)));
    stopOnSignals(starting);
    const backend = await starting;
    process.stdout.write(values.json ? readyLine(backend) : readyText(backend));
  } catch (cause) {
    process.stderr.write(
      `${cause instanceof StartError ? cause.message : `The backend could not start: ${messageOf(cause)}`}\n`,
    );
    process.exitCode = 2;
  }
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
        'refused-join-delay-ms': { type: 'string' },
        'refused-handshake-delay-ms': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    const [sentence] = messageOf(cause).split(/\.\s/);
    throw new StartError(`${sentence}: see --help for the options there are.`);
  }
}

function toOptions(values: ReturnType<typeof parse>): LocalSupabaseOptions {
  const { port, host, migrations, seed } = values;
  const dataDir = values['data-dir'];
  const controlPort = values['control-port'];
  const databaseUrl = process.env.DATABASE_URL;
  return {
    ...(port === undefined ? {} : { port: toNumber('--port', port) }),
    ...(host === undefined ? {} : { host }),
    ...(migrations === undefined ? {} : { migrations }),
    ...(seed === undefined ? {} : { seed }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(controlPort === undefined ? {} : { controlPort: toNumber('--control-port', controlPort) }),
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    realtime: {
      ...delay('refusedJoinDelayMs', '--refused-join-delay-ms', values['refused-join-delay-ms']),
      ...delay(
        'refusedHandshakeDelayMs',
        '--refused-handshake-delay-ms',
        values['refused-handshake-delay-ms'],
      ),
    },
  };
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

/** Also while it still starts: whoever starts it must be able to stop it at any time. */
function stopOnSignals(starting: Promise<LocalSupabase>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      starting
        .then((backend) => backend.stop())
        .then(
          () => process.exit(0),
          () => process.exit(),
        );
    });
  }
}

function readyLine({ url, anonKey, serviceRoleKey, controlUrl }: LocalSupabase): string {
  return `${JSON.stringify({ ready: true, url, anonKey, serviceRoleKey, controlUrl })}\n`;
}

function readyText({ url, anonKey, controlUrl }: LocalSupabase): string {
  const control = controlUrl === null ? '' : `  control   ${controlUrl}\n`;
  return `local-supabase is ready.\n  url       ${url}\n  anon key  ${anonKey}\n${control}Stop it with Ctrl+C.\n`;
}
