import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimPort } from '../../scripts/lib/ports.mjs';
import { startXvfb } from '../../scripts/lib/xvfb.mjs';

/** Milliseconds that a browser has to start, and a program in a page to end. */
const STARTS_WITHIN = 20_000;
const RUNS_WITHIN = 120_000;

/**
 * WebKitGTK by its driver, which speaks WebDriver and no protocol of Playwright's. Each page has a driver and a browser of its own, which
 * keep nothing for the next.
 */
export async function launchWebKit() {
  const screen = await startXvfb(process.env.XVFB || 'Xvfb');
  return {
    /** @param {string} url @returns {Promise<import('./engines.mjs').EnginePage>} */
    async openPage(url) {
      const { ask, close } = await startSession(screen.display, url);
      return {
        async evaluate(program, argument) {
          const text = typeof program === 'string' ? program : `(${program})(arguments[0])`;
          const script = `const done = arguments[arguments.length - 1];
            const told = (error) => done({ error: [error, error?.stack, error?.cause, error?.cause?.stack].join('\\n') });
            try { Promise.resolve(${text}).then((value) => done({ value }), told); } catch (error) { told(error); }`;
          const { value, error } = await ask('POST', '/execute/async', { script, args: [argument ?? null] });
          if (error) throw new Error(error);
          return value;
        },
        close,
      };
    },
    stop: screen.stop,
  };
}

/**
 * A browser that is steered, at this address. Now and then one does not start, or does not come to show a page: another one does.
 * @param {string} display
 * @param {string} url
 */
async function startSession(display, url) {
  for (let left = 2; ; left -= 1) {
    const driver = await startDriver(display);
    try {
      const { sessionId } = await driver.ask(
        'POST',
        '/session',
        { capabilities: { alwaysMatch: {} } },
        STARTS_WITHIN,
      );
      const session = `/session/${sessionId}`;
      /** @param {string} method @param {string} path @param {object} [body] */
      const ask = (method, path, body) => driver.ask(method, session + path, body);
      await ask('POST', '/timeouts', { script: RUNS_WITHIN, pageLoad: STARTS_WITHIN });
      await ask('POST', '/url', { url });
      return {
        ask,
        async close() {
          await driver.ask('DELETE', session, undefined, STARTS_WITHIN).catch(() => {});
          await driver.stop();
        },
      };
    } catch (error) {
      await driver.stop();
      if (left === 0) throw error;
    }
  }
}

/** @param {string} display */
async function startDriver(display) {
  const port = await claimPort(0, () => 'run it again');
  const child = spawn(process.env.SAFARIDRIVER || 'WebKitWebDriver', [`--port=${port}`], {
    env: { ...process.env, DISPLAY: display },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');

  /** @param {string} method @param {string} path @param {object} [body] @param {number} [within] @returns {Promise<any>} */
  async function ask(method, path, body, within = RUNS_WITHIN + STARTS_WITHIN) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      signal: AbortSignal.timeout(within),
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const { value } = /** @type {{ value: any }} */ (await answer.json());
    if (!answer.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }

  const until = Date.now() + STARTS_WITHIN;
  while (!(await ask('GET', '/status').catch(() => undefined))) {
    if (Date.now() > until || child.exitCode !== null) throw new Error("WebKit's driver did not start.");
    await sleep(50);
  }
  return {
    ask,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
