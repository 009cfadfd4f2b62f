import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { claimPort } from '../../scripts/lib/ports.mjs';
import { lastLines, run } from '../../scripts/lib/process.mjs';
import { launchChromium, readPage } from './workplace.mjs';

const app = join(root, 'tests', 'packaging', 'next-app');
const next = createRequire(join(app, 'package.json')).resolve('next/dist/bin/next');
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: /** @type {const} */ ('production') };

/** @type {import('@playwright/test').Browser} */
let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

for (const bundler of ['turbopack', 'webpack']) {
  test(`a Next.js app under ${bundler}: server component, client component, module loaded in the browser`, async () => {
    // Bundlers take a package of one version for unchanged; during development ours is not.
    rmSync(join(app, '.next'), { recursive: true, force: true });
    const built = await run(process.execPath, [next, 'build', `--${bundler}`], { cwd: app, env });
    assert.equal(built.code, 0, lastLines(built.output, 40));

    const server = await startNext();
    try {
      const { problems, answers } = await readPage(browser, server.url, {
        server: 'function, not connected',
        module: 'loaded',
        dashboard: 'a dashboard',
        state: /^(idle|connecting|disconnected)$/,
      });
      assert.deepEqual(problems, []);
      const wasm = answers.filter((answer) => answer.url.endsWith('.wasm'));
      assert.deepEqual(
        wasm.map(({ status, type }) => ({ status, type })),
        [{ status: 200, type: 'application/wasm' }],
        'the module is fetched once, as a file that streams',
      );
    } finally {
      await server.stop();
    }
  });
}

async function startNext() {
  const port = await claimPort(0, () => '');
  const child = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  while (!said.includes('Ready in')) said += (await once(child.stdout, 'data'))[0];
  child.stdout.resume();
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
