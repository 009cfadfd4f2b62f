import { openPageCase } from './page-case.mjs';

/** Microseconds between two looks at the stack. */
const interval = 100;
/** By then the browser has compiled with all its effort what is going to be hot. */
const warmUps = 3;

/**
 * Runs one side of a case over and over and looks at what it is doing.
 * @param {import('../catalogue/index.mjs').BenchCase} entry
 * @param {import('./run-cases.mjs').Workplace} workplace
 * @param {(sides: import('./measure.mjs').Side[]) => number} choose
 * @param {number} seconds
 */
export async function recordProfile(entry, workplace, choose, seconds) {
  const { sides, page, close } = await openPageCase(entry, workplace);
  try {
    const side = sides[choose(sides)];
    if (!side) throw new Error(`${entry.name} has not the side that was chosen.`);
    for (let round = 0; round < warmUps; round += 1) await side.round();
    const session = await page.context().newCDPSession(page);
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval });
    await session.send('Profiler.start');
    const end = performance.now() + seconds * 1_000;
    do await side.round();
    while (performance.now() < end);
    const { profile } = await session.send('Profiler.stop');
    return { profile, side };
  } finally {
    await close();
  }
}
