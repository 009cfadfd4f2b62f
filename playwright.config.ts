import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import type { TestOptions, WorkerOptions } from '@wedsync/dashboard/testing';

/** Debian's browsers, or those named in the environment; Playwright downloads none. */
const chromium = process.env.CHROMIUM || '/usr/bin/chromium';
const firefox = process.env.FIREFOX || '/usr/bin/firefox-esr';

export default defineConfig<TestOptions, WorkerOptions>({
  testDir: 'tests',
  testMatch: ['e2e/*.spec.ts', 'integration/dashboard/*.spec.ts'],
  outputDir: 'test-results',
  forbidOnly: true,
  // Two cores carry one browser, one server and one backend well, and not two of each.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    stack: {
      command: [
        process.execPath,
        'scripts/demo.mjs',
        '--json',
        '--skip-build',
        ...['--port', '0', '--backend-port', '0', '--control-port', '0'],
      ],
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    },
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    trace: 'retain-on-failure',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        browserName: 'chromium',
        launchOptions: {
          executablePath: chromium,
          args: [
            // As root, as in most containers, Chromium starts only without its sandbox.
            ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      },
    },
    {
      // Debian's Firefox over WebDriver BiDi: the main job, in a second engine.
      name: 'firefox',
      testMatch: 'integration/dashboard/dashboard-realtime.spec.ts',
      use: {
        browserName: 'firefox',
        channel: 'moz-firefox',
        launchOptions: { executablePath: firefox },
      },
    },
  ],
});
