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

/** How long what was begun when a signal came may take to end in order. */
const graceMs = 500;

async function run({ options, json, untilStdinEnds }: Command): Promise<void> {
  const stopping = new AbortController();
  const starting = start(resolveConfig(options), stopping.signal);
  stopWhenTold(starting, stopping, untilStdinEnds);
  const backend = await starting.catch((cause: unknown) => {
    // Whatever the start failed at, somebody wanted it to end.
    if (stopping.signal.aborted) return null;
    throw cause;
  });
  if (backend === null || stopping.signal.aborted) return;
  process.stdout.write(json ? readyLine(backend) : readyText(backend));
}

/**
 * Also while it still starts: whoever starts it must be able to stop it at any time. Only PGlite's own work cannot be
 * interrupted: until its statement ends, this process hears of nothing.
 */
function stopWhenTold(
  starting: Promise<LocalSupabase>,
  stopping: AbortController,
  untilStdinEnds: boolean,
): void {
  let isReady = false;
  starting.then(
    () => {
      isReady = true;
    },
    () => {},
  );
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    if (!isReady) setTimeout(() => process.exit(0), graceMs).unref();
    starting.then((backend) => backend.stop()).finally(() => process.exit(0));
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

function readyLine(backend: LocalSupabase): string {
  const { url, anonKey, serviceRoleKey, jwtSecret, externalKey, controlUrl } = backend;
  const ready = { ready: true, url, anonKey, serviceRoleKey, jwtSecret, externalKey, controlUrl };
  return `${JSON.stringify(ready)}\n`;
}

function readyText({ url, anonKey, controlUrl }: LocalSupabase): string {
  const control = controlUrl === null ? '' : `  control   ${controlUrl}\n`;
  return `local-supabase is ready.\n  url       ${url}\n  anon key  ${anonKey}\n${control}Stop it with Ctrl+C.\n`;
}
