// node scripts/icons.mjs: the dashboard's icons for devices that install it, made of www/src/app/icon.svg.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { readArguments } from './lib/arguments.mjs';
import { chromiumArguments } from './lib/chromium.mjs';
import { appDir } from './lib/paths.mjs';
import { runMain } from './lib/problem.mjs';
import { say } from './lib/say.mjs';
import { requireTestPrograms } from './lib/setup/test-programs.mjs';

/** Pixels, and how much of the picture's own shape stays: a device that masks or rounds an icon itself wants it to its edges. */
const icons = [
  { name: 'icon-192', size: 192, isFull: false, scale: 1 },
  { name: 'icon-512', size: 512, isFull: false, scale: 1 },
  // All that matters lies within the circle of 80 % that every mask leaves.
  { name: 'maskable-512', size: 512, isFull: true, scale: 0.8 },
  { name: 'apple-touch-icon', size: 180, isFull: true, scale: 1 },
];

await runMain(async () => {
  readArguments('node scripts/icons.mjs', { options: {} });
  const { chromium: executablePath } = await requireTestPrograms(['chromium']);
  const source = readFileSync(join(appDir, 'src', 'app', 'icon.svg'), 'utf8');
  const ground = /<rect [^>]*fill="(#\w+)"/.exec(source)?.[1] ?? 'none';
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  try {
    const page = await browser.newPage();
    for (const { name, size, isFull, scale } of icons) {
      const path = join(appDir, 'public', 'icons', `${name}.png`);
      const edge = size * scale;
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(
        `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${isFull ? ground : 'transparent'}">
          ${source.replace('<svg ', `<svg width="${edge}" height="${edge}" `)}</body>`,
      );
      await page.screenshot({ path, omitBackground: true });
      say(`Written: ${path}`);
    }
  } finally {
    await browser.close();
  }
});
