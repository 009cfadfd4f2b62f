/** What a tag's counter says. As text: `epoch.count.origin`. */
export interface Generation {
  /** When the counter was begun, in milliseconds of a wall clock; 0 if there is none. */
  readonly epoch: number;
  /** How often it has counted. */
  readonly count: number;
  /** Who has counted last. */
  readonly origin: number;
}

/** The highest epoch that is understood: numbers of JavaScript and of Lua are exact up to it. */
export const HIGHEST_EPOCH = 2 ** 53;
/** The highest count and origin. */
export const HIGHEST_COUNT = 2 ** 32 - 1;

/** That no counter is known. */
export const NO_GENERATION: Generation = { epoch: 0, count: 0, origin: 0 };

const NUMBER = /^\+?\d+$/;

/** A whole number from 0 to `most`, in decimal digits. */
export function numberOf(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !NUMBER.test(text)) return undefined;
  const number = Number(text);
  return number <= most ? number : undefined;
}

/** From a text, which may be anything. */
export function parseGeneration(text: string): Generation | undefined {
  const [epochText, countText, originText, ...more] = text.split('.');
  const epoch = numberOf(epochText, HIGHEST_EPOCH);
  const count = numberOf(countText, HIGHEST_COUNT);
  const origin = numberOf(originText, HIGHEST_COUNT);
  if (epoch === undefined || count === undefined || origin === undefined || more.length > 0) return undefined;
  return { epoch, count, origin };
}

/** As text. */
export function generationText({ epoch, count, origin }: Generation): string {
  return `${epoch}.${count}.${origin}`;
}

/** Of two that have counted as far without each other, one goes before the other, for everybody the same. */
export function isAfter(one: Generation, other: Generation): boolean {
  return isAbove(one, other) || (!isAbove(other, one) && one.origin > other.origin);
}

/** Whether a counter has counted further than another. */
export function isAbove(one: Generation, other: Generation): boolean {
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.count > other.count);
}

/**
 * Whether what has seen a counter say `seen` still holds where it is known to say `known`. Two that have counted equally far without
 * having heard of each other do not hold for one another.
 */
export function holds(seen: Generation, known: Generation): boolean {
  const isSame = seen.epoch === known.epoch && seen.count === known.count && seen.origin === known.origin;
  return isSame || isAbove(seen, known);
}

/**
 * The one after it, counted by a tier that all share, at this time in milliseconds of its wall clock; that which somebody says, if he has
 * counted at least as far.
 */
export function nextGeneration(known: Generation, wall: number, said?: Generation): Generation {
  if (said !== undefined && !isAfter(known, said)) return said;
  const { epoch, count } = known;
  if (epoch > 0 && count < HIGHEST_COUNT) return { epoch, count: count + 1, origin: 0 };
  return { epoch: Math.max(wall, epoch + 1), count: 1, origin: 0 };
}
