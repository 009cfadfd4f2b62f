/// <reference types="node" />
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endTree, endTreeWithUs } from './tree.js';

/** The process that serves the application under test, and its backend. It ends with the test process. */
export interface Stack {
  /** The program and its arguments. */
  command: string[];
  /** Where to run it. Default: the current folder. */
  cwd?: string;
  /** Added to the environment of the test process. */
  env?: Record<string, string>;
}

/** What the process prints, as one line of JSON with `"ready": true`, once everything answers. */
export interface StackAddresses {
  /** Where the application answers. */
  appUrl: string;
  /** Where its Supabase-shaped backend answers. */
  supabaseUrl: string;
  /** The backend's publishable key. */
  anonKey: string;
  /** Where the backend takes the commands of {@link Backend}; `null` or absent where it takes none. */
  controlUrl?: string | null;
}

/** A stack that is up. */
export interface RunningStack {
  addresses: StackAddresses;
  /** Ends the process and all it started. Rejects, with what the process said, if it had ended by itself. */
  stop(): Promise<void>;
}

const graceMs = 5_000;

/** Starts the process and waits until it says that it is ready. */
export async function startStack({ command, cwd, env }: Stack): Promise<RunningStack> {
  const [program, ...args] = command;
  if (program === undefined) {
    throw new Error(
      "No stack is configured: set `use: { stack: { command: ['node', 'serve.js'] } }` in playwright.config.ts.",
    );
  }
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that the whole tree can be ended at once.
    detached: process.platform !== 'win32',
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 60) said.shift();
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`exit code ${code ?? signal}`));
  });
  const death = async () =>
    new Error(`\`${command.join(' ')}\` ended by itself (${await ended}):\n${said.join('\n')}`);
  const letBe = child.pid === undefined ? () => {} : endTreeWithUs(child);

  const addresses = await Promise.race([readyLine(child), ended.then(() => null)]);
  if (addresses === null) {
    letBe();
    throw await death();
  }
  return {
    addresses,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) {
        letBe();
        throw await death();
      }
      endTree(child, 'SIGTERM');
      const deadline = setTimeout(() => endTree(child, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(deadline);
      letBe();
    },
  };
}

async function readyLine(child: ChildProcess): Promise<StackAddresses | null> {
  if (!child.stdout) return null;
  const lines = createInterface({ input: child.stdout });
  const addresses = await new Promise<StackAddresses | null>((resolve) => {
    lines.on('line', (line) => {
      const found = parseReady(line);
      if (found) resolve(found);
    });
    once(lines, 'close').then(() => resolve(null));
  });
  return addresses;
}

function parseReady(line: string): StackAddresses | null {
  try {
    const { ready, ...addresses } = JSON.parse(line) as StackAddresses & { ready?: boolean };
    return ready === true ? addresses : null;
  } catch {
    return null;
  }
}
