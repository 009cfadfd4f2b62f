import { readFile } from 'node:fs/promises';
import { defaultExternalKey } from '../config.js';
import { realtimeSettingNames } from '../realtime/checkSettings.js';

const options: readonly (readonly [option: string, meaning: string])[] = [
  ['--port N', "port of the project's URL (54321; 0 takes a free one)"],
  ['--host ADDRESS', 'address to listen on (127.0.0.1)'],
  ['--migrations DIR', 'folder of <version>_<name>.sql files, each applied once'],
  ['--seed FILE', 'SQL to run once, in a database that has not had a seed'],
  ['--data-dir DIR', 'keep the database in this folder (default: in memory)'],
  ['--control-port N', 'open the control server that tests use (0 takes a free port)'],
  ['--access-token-lifetime-seconds N', 'how long a sign-in lasts before it must be refreshed (3600)'],
  ['--realistic', 'the delays and limits of a hosted project (default: short ones, few limits)'],
  ['--realtime NAME=VALUE', 'one delay or limit, as often as needed; see below'],
  ['--refused-join-delay-ms N', 'the same as --realtime refusedJoinDelayMs=N'],
  ['--refused-handshake-delay-ms N', 'the same as --realtime refusedHandshakeDelayMs=N'],
  ['--json', 'print one line of JSON when ready'],
  ['--until-stdin-ends', 'stop when standard input ends, as a pipe does when its other end is gone'],
  ['--version', "print this package's version"],
  ['--help, -h', 'print this'],
];

const variables: readonly (readonly [variable: string, meaning: string])[] = [
  ['DATABASE_URL', 'use that PostgreSQL, 15 or newer, instead of the built-in one'],
  ['JWT_SECRET', 'sign tokens with this, 32 characters or more (default: made once per database)'],
  ['WEDSYNC_EXTERNAL_KEY', `what the external services want as a bearer token (${defaultExternalKey})`],
];

const lineWidth = 100;

export function helpText(): string {
  const width = Math.max(...[...options, ...variables].map(([name]) => name.length));
  const table = (rows: typeof options) =>
    rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join('\n');
  return `Usage: wedsync-local-supabase [options]

A Supabase-shaped backend in one process: auth, REST and Realtime over a real PostgreSQL.

${table(options)}

Environment:
${table(variables)}

Realtime settings (a number, a range as 1000-3000, true or false; none for no limit):
${wrap(realtimeSettingNames())}
`;
}

function wrap(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 1 <= lineWidth) {
      lines[lines.length - 1] = `${last} ${name}`;
    } else {
      lines.push(`  ${name}`);
    }
  }
  return lines.join('\n');
}

export async function packageVersion(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
