/** What the pages of the benchmark offer the command that steers them. */
interface Window {
  /** Written in `page/main.ts`. */
  bench: {
    open(
      page: string,
      parameters: unknown,
      quick: boolean,
    ): Promise<{ role: 'ours' | 'peer' | 'limit' | 'aside'; name: string; compares: boolean }[]>;
    round(place: number): Promise<number | Record<string, number>>;
    result(place: number): Promise<unknown>;
    close(): Promise<void>;
  };
  /** Commands a page that is steered from outside; written in `page/steered.ts`. */
  // biome-ignore lint/suspicious/noExplicitAny: what a command answers is between its driver and its module
  steer(module: string, command: string, argument: unknown): Promise<any>;
}
