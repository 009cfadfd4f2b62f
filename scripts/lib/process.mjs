import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Problem } from './problem.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] added to this process's own
 * @property {'show' | 'keep' | 'both'} [output] print it, keep it, or both; default `keep`
 * @property {string} [log] a file that gets the output too
 * @property {AbortSignal} [signal] ends the program, and what it has started
 */

/**
 * @typedef {object} RunResult
 * @property {number} code exit code; 127 when the program is not there, 128 and more when a signal ended it
 * @property {string} stdout
 * @property {string} output standard output and error as they came
 */

/** @type {NodeJS.Signals[]} */
const interruptions = ['SIGINT', 'SIGTERM'];

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(program, args, { cwd, env, output = 'keep', log, signal } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own can be ended as a whole. What lives on would hold the output open.
      detached: signal !== undefined,
    });
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    // Nor does an interruption from the terminal reach such a group by itself.
    /** @param {NodeJS.Signals} name */
    const interrupted = (name) => {
      end();
      process.off(name, interrupted);
      process.kill(process.pid, name);
    };
    if (signal) {
      if (signal.aborted) end();
      signal.addEventListener('abort', end);
      process.on('exit', end);
      for (const name of interruptions) process.on(name, interrupted);
    }
    let stdout = '';
    let all = '';
    if (log) mkdirSync(dirname(log), { recursive: true });
    const file = log ? createWriteStream(log) : null;
    /** @param {Buffer} chunk @param {boolean} isStdout */
    const take = (chunk, isStdout) => {
      const text = chunk.toString();
      if (isStdout) stdout += text;
      all += text;
      file?.write(text);
      if (output !== 'keep') process.stderr.write(text);
    };
    child.stdout.on('data', (chunk) => take(chunk, true));
    child.stderr.on('data', (chunk) => take(chunk, false));
    /** @param {number} code */
    const finish = (code) => {
      signal?.removeEventListener('abort', end);
      process.off('exit', end);
      for (const name of interruptions) process.off(name, interrupted);
      file?.end();
      resolve({ code, stdout, output: all });
    };
    child.on('error', (error) => {
      all += `${error.message}\n`;
      finish(127);
    });
    child.on('close', (code, signal) => finish(code ?? (signal ? 128 : 1)));
  });
}

/**
 * As {@link run}, but anything except success is a problem.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions & { sentence: string }} options
 */
export async function mustRun(program, args, { sentence, ...options }) {
  const result = await run(program, args, options);
  if (result.code !== 0) {
    const detail = options.output === undefined || options.output === 'keep' ? lastLines(result.output) : '';
    throw new Problem(sentence, { detail });
  }
  return result;
}

/** @param {string} text @param {number} [count] */
export function lastLines(text, count = 15) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * Where a program is on `PATH`, or null.
 * @param {string} name
 * @param {string} [searchPath]
 */
export function findProgram(name, searchPath = process.env.PATH ?? '') {
  for (const folder of searchPath.split(delimiter)) {
    if (folder && isProgram(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** @param {string} file */
export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
