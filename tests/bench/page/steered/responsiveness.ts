/** How a user would notice that the page is busy: timers that come late, frames that are not painted. */
export { connect, count, frames } from './receive.js';

const tickMs = 4;
const frameMs = 1_000 / 60;

interface Watch {
  /** The longest that a timer was late, by the second in which it fired. */
  longestMs: number[];
  framesMissed: number;
  stop(): void;
}

let watching: Watch | undefined;

export function watch(): void {
  const started = performance.now();
  let tickedAt = started;
  let paintedAt = started;
  const watched: Watch = { longestMs: [], framesMissed: 0, stop };
  const timer = setInterval(() => {
    const now = performance.now();
    const second = Math.floor((now - started) / 1_000);
    watched.longestMs[second] = Math.max(watched.longestMs[second] ?? 0, now - tickedAt - tickMs);
    tickedAt = now;
  }, tickMs);
  let frame = requestAnimationFrame(function painted() {
    const now = performance.now();
    const passed = (now - paintedAt) / frameMs;
    // A frame may come half a frame late without one being missed.
    if (passed > 1.5) watched.framesMissed += Math.round(passed) - 1;
    paintedAt = now;
    frame = requestAnimationFrame(painted);
  });
  function stop() {
    clearInterval(timer);
    cancelAnimationFrame(frame);
  }
  watching = watched;
}

/** What was seen in the given number of whole seconds. */
export function watched(seconds: number): { longestMs: number; framesMissed: number } {
  if (!watching) throw new Error('nothing is being watched');
  const { longestMs, framesMissed, stop } = watching;
  stop();
  // One pause of the machine says little: the mean of what each second had is calmer than the worst of all.
  const sum = longestMs.slice(0, seconds).reduce((all, ms) => all + ms, 0);
  return { longestMs: sum / seconds, framesMissed };
}
