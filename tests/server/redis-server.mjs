import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { claimPort } from '../../scripts/lib/ports.mjs';
import { findTestProgram } from '../../scripts/lib/setup/test-programs.mjs';

/** A real redis-server at a free port, with a folder of its own. */
export class RedisServer {
  #folder = mkdtempSync(join(tmpdir(), 'wedsync-redis-'));
  /** @type {string[]} */
  #settings;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  /** Of the test's own. */
  client;
  port;

  /** @param {number} port @param {string[]} settings */
  constructor(port, settings) {
    this.port = port;
    this.#settings = settings;
    const [, password] = /--requirepass (\S+)/.exec(settings.join(' ')) ?? [];
    this.client = new Redis(port, '127.0.0.1', {
      ...(password === undefined ? {} : { password }),
      lazyConnect: true,
      retryStrategy: () => 20,
      maxRetriesPerRequest: null,
    });
    this.client.on('error', () => {});
  }

  /** @param {string[]} settings */
  static async start(...settings) {
    const port = await claimPort(0, () => 'run the test again');
    const server = new RedisServer(port, settings);
    await server.start();
    return server;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, with what it has saved. */
  async start() {
    const program = findTestProgram('redis');
    if (program === null) throw new Error('There is no redis-server: run `npm run setup`.');
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', ...this.#settings];
    this.#process = spawn(program, [...settings, '--dir', this.#folder], { stdio: 'ignore' });
    await this.client.ping();
  }

  /** Nothing is said to anybody. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** It is there, and answers nothing. */
  pause() {
    this.#process?.kill('SIGSTOP');
  }

  resume() {
    this.#process?.kill('SIGCONT');
  }

  async stop() {
    this.client.disconnect();
    await this.#end('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How often each command was run. @returns {Promise<Map<string, number>>} */
  async calls() {
    const stats = await this.client.info('commandstats');
    return new Map(
      [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name = '', calls]) => [
        name,
        Number(calls),
      ]),
    );
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
