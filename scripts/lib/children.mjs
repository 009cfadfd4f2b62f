import { spawn } from 'node:child_process';

/**
 * Child processes that live and die together with this one.
 *
 * They stay in this process's group: a Ctrl+C in the terminal, or a signal to the group, reaches them even if
 * this process can no longer pass it on.
 */
export class Children {
  /** @type {Map<import('node:child_process').ChildProcess, string>} */
  #running = new Map();
  #stopping = false;

  /** @type {(name: string, code: number | null) => void} */
  onDeath = () => {};

  /**
   * @param {string} name
   * @param {string} program
   * @param {string[]} args
   * @param {import('node:child_process').SpawnOptions} options
   */
  start(name, program, args, options) {
    const child = spawn(program, args, options);
    this.#running.set(child, name);
    child.once('error', () => this.#gone(child, name, 127));
    child.once('exit', (code) => this.#gone(child, name, code));
    return child;
  }

  /** @param {import('node:child_process').ChildProcess} child @param {string} name @param {number | null} code */
  #gone(child, name, code) {
    if (this.#running.delete(child) && !this.#stopping) this.onDeath(name, code);
  }

  /**
   * Asks all to stop and waits until they have; kills what is still there after five seconds.
   * @returns {Promise<void>}
   */
  async stop() {
    this.#stopping = true;
    const ends = [...this.#running.keys()].map(
      (child) => new Promise((resolve) => child.once('exit', resolve)),
    );
    for (const child of this.#running.keys()) child.kill('SIGTERM');
    const deadline = setTimeout(() => {
      for (const child of this.#running.keys()) child.kill('SIGKILL');
    }, 5_000);
    await Promise.all(ends);
    clearTimeout(deadline);
  }
}
