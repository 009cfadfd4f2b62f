import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumArguments } from './chromium.mjs';

/**
 * A window of Chromium's whose tabs are seen and hidden as a user's are. In a browser that Playwright starts all are seen and
 * no timer is late; so this one is started by hand.
 * @param {import('playwright-core').BrowserType} chromium Playwright's
 * @param {string} executablePath
 */
export async function launchWindow(chromium, executablePath) {
  const profile = mkdtempSync(join(tmpdir(), 'wedsync-window-'));
  const args = [...chromiumArguments, '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const program = spawn(executablePath, ['--headless=new', ...args, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // With all of its processes: what is started may be a script that starts it.
  const ended = new Promise((resolve) => program.once('close', resolve));
  const browser = await chromium.connectOverCDP(await addressOf(program.stderr), { noDefaults: true });
  return {
    browser,
    async newContext() {
      const [context] = browser.contexts();
      if (!context) throw new Error('The browser has no context of its own.');
      return context;
    },
    async stop() {
      const session = await browser.newBrowserCDPSession();
      await session.send('Browser.close');
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Where it takes commands, which it says once it does. @param {import('node:stream').Readable} output */
function addressOf(output) {
  let said = '';
  return new Promise((/** @type {(address: string) => void} */ resolve, reject) => {
    output.on('data', (text) => {
      said += text;
      const [, address] = /^DevTools listening on (\S+)/m.exec(said) ?? [];
      if (address) resolve(address);
    });
    output.on('end', () => reject(new Error(`Chromium ended before it took commands: ${said}`)));
  });
}
