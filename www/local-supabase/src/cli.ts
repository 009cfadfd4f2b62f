import { helpText, packageVersion } from './cli/help.js';
import { type Command, parseCommand } from './cli/options.js';
import { resolveConfig } from './config.js';
import { messageOf, StartError } from './errors.js';
import { type LocalSupabase, start } from './server.js';

/** Runs the command: 0 after a signal, 2 if it could not start. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const command = parseCommand(args, process.env);
    const { wants } = command;
    if (wants === 'start') await run(command);
    else process.stdout.write(wants === 'help' ? helpText() : `${await packageVersion()}\n`);
  } catch (cause) {
    process.stderr.write(
      `${cause instanceof StartError ? cause.message : `The backend could not start: ${messageOf(cause)}`}\n`,
    );
    process.exitCode = 2;
  }
}

async function run({ options, json, untilStdinEnds }: Command): Promise<void> {
  const starting = start(resolveConfig(options));
  stopWhenTold(starting, untilStdinEnds);
  const backend = await starting;
  process.stdout.write(json ? readyLine(backend) : readyText(backend));
}

/** Also while it still starts: whoever starts it must be able to stop it at any time. */
function stopWhenTold(starting: Promise<LocalSupabase>, untilStdinEnds: boolean): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    starting
      .then((backend) => backend.stop())
      .then(
        () => process.exit(0),
        () => process.exit(),
      );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  if (!untilStdinEnds) return;
  // Nothing is ever read from it, but only who reads learns that it ended.
  process.stdin
    .once('close', stop)
    .on('error', () => {})
    .resume();
  // It must not keep a process that could not start. A file has nothing to let go, and has ended by then.
  process.stdin.unref?.();
}

function readyLine({ url, anonKey, serviceRoleKey, controlUrl }: LocalSupabase): string {
  return `${JSON.stringify({ ready: true, url, anonKey, serviceRoleKey, controlUrl })}\n`;
}

function readyText({ url, anonKey, controlUrl }: LocalSupabase): string {
  const control = controlUrl === null ? '' : `  control   ${controlUrl}\n`;
  return `local-supabase is ready.\n  url       ${url}\n  anon key  ${anonKey}\n${control}Stop it with Ctrl+C.\n`;
}
