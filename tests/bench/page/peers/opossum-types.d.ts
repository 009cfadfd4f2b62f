/** Of opossum, which comes without types, what is used here. */
declare module 'opossum/dist/opossum.min.js' {
  interface Options {
    timeout: number | false;
    errorThresholdPercentage: number;
    resetTimeout: number;
    enableSnapshots: boolean;
    rollingPercentilesEnabled: boolean;
  }

  export default class CircuitBreaker<Arguments extends unknown[], Result> {
    constructor(action: (...args: Arguments) => Promise<Result>, options: Options);
    fire(...args: Arguments): Promise<Result>;
    shutdown(): void;
  }
}
