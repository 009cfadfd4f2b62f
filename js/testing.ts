/**
 * Playwright fixtures for a dashboard over Supabase: a stack of real processes for each worker, pages of signed-in
 * users, and a backend whose network a test can cut.
 *
 * ```ts
 * // playwright.config.ts
 * import { defineConfig } from '@playwright/test';
 * import type { TestOptions, WorkerOptions } from '@wedsync/dashboard/testing';
 *
 * export default defineConfig<TestOptions, WorkerOptions>({
 *   use: { stack: { command: ['node', 'serve-app-and-backend.js'] } },
 * });
 *
 * // live.spec.ts
 * import { expect, test } from '@wedsync/dashboard/testing';
 *
 * test('comes back after a cut', async ({ dashboard, signedInPage }) => {
 *   const page = await signedInPage('amelia@rosewood.example', 'wedding-demo-1');
 *   await dashboard.backend.cutSockets(3_000);
 *   await expect(page.getByTestId('connection-status')).toContainText('Disconnected');
 *   await expect(page.getByTestId('connection-status')).toContainText('Connected', { timeout: 15_000 });
 * });
 * ```
 *
 * @module
 */
import { type BrowserContext, test as base, expect, type Locator, type Page } from '@playwright/test';
import { type Backend, backendControl } from './testing/backend.js';
import { type Stack, startStack } from './testing/stack.js';

export { expect } from '@playwright/test';
export type { Backend, BackendStats, ClientStats, ProjectChange } from './testing/backend.js';
export type {
  Fault,
  FaultLimits,
  FaultState,
  FrameFault,
  HandshakeFault,
  JoinFault,
  Refused,
  RequestFault,
} from './testing/faults.js';
export type { Stack, StackAddresses } from './testing/stack.js';

/** Options of a worker, for `use` of playwright.config.ts. */
export interface WorkerOptions {
  /** The process that serves the application and its backend; each worker starts one of its own. */
  stack: Stack;
}

/** How the application's sign-in page is used. */
export interface SignInForm {
  /** Its path; a signed-in user is redirected from it. Default `/sign-in`. */
  path: string;
  /** The e-mail field's label. Default `Email`. */
  email: string;
  /** The password field's label. Default `Password`. */
  password: string;
  /** The button's name. Default `Sign in`. */
  submit: string;
}

/** Options of a test, for `use` of playwright.config.ts or `test.use`. */
export interface TestOptions {
  /** How {@link TestFixtures.signedInPage} signs in. */
  signInForm: SignInForm;
}

/** The running application and its backend. */
export interface DashboardUnderTest {
  /** Where the application answers; also the `baseURL` of every page. */
  appUrl: string;
  /** Where its backend answers. */
  supabaseUrl: string;
  /** The backend's publishable key. */
  anonKey: string;
  /** What a test can do to that backend. */
  backend: Backend;
}

/** Fixtures that live as long as a worker. */
export interface WorkerFixtures {
  /** The stack, started before the worker's first test and ended after its last. */
  dashboard: DashboardUnderTest;
}

/** Fixtures that live as long as a test. */
export interface TestFixtures {
  /** Opens a page in a browser context of its own, as another person on another device, and signs in. */
  signedInPage: (email: string, password: string) => Promise<Page>;
}

const startTimeoutMs = 120_000;
const signInTimeoutMs = 30_000;
const signInAttemptMs = 5_000;

/** Playwright's `test` with the fixtures {@link TestFixtures} and {@link WorkerFixtures}. */
export const test = base.extend<TestFixtures & TestOptions, WorkerFixtures & WorkerOptions>({
  stack: [{ command: [] }, { option: true, scope: 'worker' }],

  signInForm: [
    { path: '/sign-in', email: 'Email', password: 'Password', submit: 'Sign in' },
    { option: true },
  ],

  dashboard: [
    async ({ stack }, use) => {
      const running = await startStack(stack);
      const { appUrl, supabaseUrl, anonKey, controlUrl } = running.addresses;
      try {
        await use({ appUrl, supabaseUrl, anonKey, backend: backendControl(controlUrl) });
      } finally {
        await running.stop();
      }
    },
    { scope: 'worker', timeout: startTimeoutMs },
  ],

  baseURL: async ({ dashboard }, use) => {
    await use(dashboard.appUrl);
  },

  signedInPage: async ({ browser, baseURL, signInForm }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (email, password) => {
      const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
      contexts.push(context);
      const page = await context.newPage();
      await page.goto(signInForm.path);
      // A form that the server rendered takes input before its scripts run, and then forgets it: so, until it works.
      await expect(async () => {
        await type(page.getByLabel(signInForm.email, { exact: true }), email);
        await type(page.getByLabel(signInForm.password, { exact: true }), password);
        await page.getByRole('button', { name: signInForm.submit, exact: true }).click();
        await page.waitForURL((url) => url.pathname !== signInForm.path, { timeout: signInAttemptMs });
      }, `sign in as ${email}`).toPass({ timeout: signInTimeoutMs });
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** By keys, as a person does: over WebDriver BiDi, `fill` sets a value without React noticing. */
async function type(field: Locator, text: string): Promise<void> {
  await field.selectText();
  await field.pressSequentially(text);
}
