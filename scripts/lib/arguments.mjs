import { parseArgs } from 'node:util';
import { Problem } from './problem.mjs';

/**
 * A command's flags; an unknown flag is a sentence, not a stack trace.
 * @template {import('node:util').ParseArgsConfig} T
 * @param {string} command as the user types it, for example `npm run demo --`
 * @param {T} config
 */
export function readArguments(command, config) {
  try {
    return parseArgs(config);
  } catch (error) {
    const names = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    const reason = error instanceof Error ? error.message.split('.')[0] : String(error);
    throw new Problem(`${reason}: ${command} takes ${names.join(', ') || 'no flags'}.`, { exitCode: 2 });
  }
}

/**
 * @param {string} flag
 * @param {string | undefined} text
 * @param {number} fallback
 */
export function readPort(flag, text, fallback) {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new Problem(`${flag} ${text} is not a port: give a number from 1 to 65535, or 0 for a free one.`, {
      exitCode: 2,
    });
  }
  return port;
}
