import { chromium } from 'playwright-core';
import { launchWindow } from '../../../scripts/lib/chromium-window.mjs';
import { openTabs } from './tabs.mjs';

export { quickPlan, wholePlan } from './tabs.mjs';

/** Tabs of one window, of which the last is seen: the others are hidden, and their timers late. */
export const open = openTabs('tabs.window_', async ({ browser, executablePath }) => {
  if (browser.browserType().name() !== 'chromium') {
    const context = await browser.newContext();
    return { context, close: () => context.close() };
  }
  const window = await launchWindow(chromium, executablePath);
  return { context: await window.newContext(), close: window.stop };
});
