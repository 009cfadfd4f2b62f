import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Problem } from './problem.mjs';

/**
 * A screen for a browser that has no headless mode. Xvfb chooses a free display itself and says which once it
 * takes connections.
 * @param {string} program
 */
export async function startXvfb(program) {
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const number = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
  const [answer] = await Promise.race([once(number, 'data'), ended]);
  if (!Buffer.isBuffer(answer)) {
    throw new Problem('Xvfb did not start: run it by hand (`Xvfb :99`) to see why.');
  }
  return {
    display: `:${answer.toString().trim()}`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
