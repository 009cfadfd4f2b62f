/** The one timer. */

/**
 * It ticks once of its own accord. Beside the one timeout it looks at the wall clock once a second: where the monotonic clock
 * stands still while the machine sleeps, a timeout that had 20 seconds to go still has them on waking, and a gap is what
 * tells of the sleep.
 */
const script =
  'let t=setTimeout(()=>postMessage(0)),l=Date.now();' +
  'setInterval(()=>{const n=Date.now();if(n-l>3e3)postMessage(0);l=n},1e3);' +
  'onmessage=({data:d})=>{if(d<0)return setTimeout(()=>postMessage(-d),-d);' +
  'clearTimeout(t);t=setTimeout(()=>postMessage(0),d)}';

/** Until a worker has to have ticked, in milliseconds. */
const proofMs = 2_000;

/**
 * A timer that calls `wake`, and `found` with whether it is a worker that keeps the time, whenever that has turned out: once
 * one has ticked, is refused, or has not ticked within 2 s. Its `set` is given a delay in milliseconds, or `undefined`,
 * and whether that has to be kept in a hidden page too.
 */
export function timer(wake, found) {
  let hasWorkers = true;
  /** Lives while a wake-up is set that has to come in time, so that an idle client has nothing running. */
  let worker;
  let hasTicked = false;
  let proof;
  let timeout;
  /** What runs besides, by its delay. */
  const ticks = new Map();

  const end = () => {
    clearTimeout(proof);
    worker?.terminate();
    worker = undefined;
    ticks.clear();
  };

  const refuse = () => {
    hasWorkers = false;
    end();
    found(false);
  };

  const start = () => {
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    try {
      worker = new Worker(url);
    } finally {
      // The worker has taken the script by now; a URL that is kept keeps the script in memory.
      URL.revokeObjectURL(url);
    }
    const started = worker;
    const ifPresent = (then) => (event) => {
      if (worker === started) then(event);
    };
    hasTicked = false;
    worker.onmessage = ifPresent(({ data }) => {
      if (data > 0) {
        const run = ticks.get(data);
        ticks.delete(data);
        run?.();
        return;
      }
      // What was left to the page's own timer is set anew by whoever is woken.
      clearTimeout(timeout);
      if (!hasTicked) {
        hasTicked = true;
        found(true);
      }
      wake();
    });
    // A content security policy refuses a worker only after it was made.
    worker.onerror = ifPresent(() => {
      refuse();
      wake();
    });
    // It may tick yet, and keeps the time from then on.
    proof = setTimeout(() => {
      if (!hasTicked) found(false);
    }, proofMs);
  };

  return {
    /** Runs something once after so many milliseconds, in time in a hidden page too; false if there is no worker for that. */
    tick(ms, run) {
      if (!worker || !hasTicked) return false;
      if (!ticks.has(ms)) worker.postMessage(-ms);
      ticks.set(ms, run);
      return true;
    },
    set(delay, isPunctual) {
      if (!isPunctual && worker) end();
      if (delay === undefined) {
        clearTimeout(timeout);
        end();
        return;
      }
      if (isPunctual && hasWorkers && !worker) {
        try {
          start();
        } catch {
          refuse();
        }
      }
      if (worker && hasTicked) {
        worker.postMessage(delay);
        return;
      }
      clearTimeout(timeout);
      timeout = setTimeout(wake, delay);
    },
  };
}
