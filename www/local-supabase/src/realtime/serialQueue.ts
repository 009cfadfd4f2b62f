import { messageOf } from '../errors.js';

type Task = () => Promise<void> | void;

/**
 * Runs tasks one after the other; the first of an idle queue at once. A task that fails is reported and does not
 * stop the next one.
 */
export class SerialQueue {
  readonly #waiting: Task[] = [];
  readonly #onIdle: () => void;
  #isRunning = false;

  /** `onIdle` is called each time the last task has ended. */
  constructor(onIdle: () => void = () => {}) {
    this.#onIdle = onIdle;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  add(task: Task): void {
    this.#waiting.push(task);
    if (!this.#isRunning) this.#run();
  }

  /** Goes on without a promise for as long as the tasks are synchronous: most frames are. */
  #run(): void {
    this.#isRunning = true;
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      const ending = attempt(task);
      if (ending !== undefined) {
        ending.then(() => this.#run());
        return;
      }
    }
    this.#isRunning = false;
    this.#onIdle();
  }
}

function attempt(task: Task): Promise<void> | undefined {
  try {
    return task()?.catch(report);
  } catch (cause) {
    report(cause);
    return undefined;
  }
}

function report(cause: unknown): void {
  process.stderr.write(`local-supabase: realtime: ${messageOf(cause)}\n`);
}
