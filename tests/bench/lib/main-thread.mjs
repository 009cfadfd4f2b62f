/**
 * For how long a page's main thread has run. Only Chromium tells.
 * @param {import('playwright-core').Page} page
 * @param {import('./browser.mjs').BrowserName} browserName
 */
export async function mainThread(page, browserName) {
  if (browserName !== 'chromium') return async () => Number.NaN;
  const session = await page.context().newCDPSession(page);
  // Time of the processor, so that what else the machine does is not counted.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
  };
}
