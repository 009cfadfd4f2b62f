/** One that a case measures: ours, a peer, what stands for the physical limit, or an aside that is only listed. */
export interface Side {
  role: 'ours' | 'peer' | 'limit' | 'aside';
  /** As the results name it: the library, or what the limit is. */
  name: string;
  /** Before the first round; not timed. */
  prepare?(): Promise<void> | void;
  /** One round: sets up what it needs, and returns what it measured in the case's unit. */
  round(): Promise<number | Curve> | number | Curve;
  /** What it delivered, as JSON: the same from all sides, or no time counts. Leave out where nothing can be compared. */
  result?(): Promise<unknown> | unknown;
  /** After the last round. */
  close?(): Promise<void> | void;
}

/** Of a scaling case: the time at each size. */
export type Curve = Record<number, number>;

/** What a case is told. */
export interface Scale {
  /** A quick run does a tenth of the work. */
  quick: boolean;
  /** An amount of work in a whole run, or a tenth of it in a quick one. */
  amount(whole: number): number;
}

/** A case's module exports this: who is measured, with the case's parameters from the catalogue. */
export type MakeSides<Parameters = unknown> = (
  parameters: Parameters,
  scale: Scale,
) => Promise<Side[]> | Side[];
