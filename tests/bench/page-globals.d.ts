/** What a page of the benchmark offers the command that steers it; written in `page/main.ts`. */
interface Window {
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
}
