import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium, expect } from '@playwright/test';

/** Opens pages in the Chromium that the tests were given. */
export async function launchChromium() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-quic', '--no-first-run'],
  });
}

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder as a static host would.
 * @param {string} folder
 */
export async function serveFolder(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(folder, normalize(pathname === '/' ? '/index.html' : pathname));
    if (!file.startsWith(folder) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no address.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * Opens a page, waits until each test id shows its text, and says what else happened.
 * @param {import('@playwright/test').Browser} browser
 * @param {string} url
 * @param {Record<string, string | RegExp>} expected by test id
 */
export async function readPage(browser, url, expected) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  /** @type {{ url: string, status: number, type: string | undefined }[]} */
  const answers = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => {
    answers.push({
      url: response.url(),
      status: response.status(),
      type: response.headers()['content-type'],
    });
  });
  try {
    await page.goto(url);
    for (const [name, text] of Object.entries(expected))
      await expect(page.getByTestId(name)).toHaveText(text);
    return { problems, answers };
  } finally {
    await page.close();
  }
}
