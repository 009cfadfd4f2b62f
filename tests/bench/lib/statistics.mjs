/** @param {number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * The value below which a share of the sorted values lies, interpolated.
 * @param {number[]} values
 * @param {number} share
 */
export function quantile(values, share) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * How far the middle half of the values lies apart, as a share of their median. 0 where all are the same; null where
 * there are too few values to tell.
 * @param {number[]} values
 */
export function spread(values) {
  const between = width(values);
  return between === null || between === 0 ? between : between / Math.abs(median(values));
}

/** How far the middle half of the values lies apart; null where there are too few to tell. @param {number[]} values */
export function width(values) {
  return values.length < 3 ? null : quantile(values, 0.75) - quantile(values, 0.25);
}

/**
 * The median of what one was of the other in each round: what slows the machine for a while slows both of a pair.
 * @param {number[]} ones
 * @param {number[]} others
 */
export function pairedRatios(ones, others) {
  return ones.slice(0, others.length).map((one, round) => ratio(one, others[round] ?? Number.NaN));
}

/** JSON knows no infinity, and something is not infinitely more than nothing. */
const againstNothing = 1_000;

/** Of nothing against nothing: the same. @param {number} one @param {number} other */
export function ratio(one, other) {
  if (one === other) return 1;
  return other === 0 ? againstNothing : one / other;
}

/**
 * The exponent b of `time = a · size^b`, by least squares through the logarithms: 1 is linear, 2 is square.
 * @param {{ size: number, time: number }[]} points
 */
export function growth(points) {
  const logs = points.map(({ size, time }) => ({ x: Math.log(size), y: Math.log(time) }));
  const meanX = logs.reduce((sum, { x }) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, { y }) => sum + y, 0) / logs.length;
  const product = logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const square = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return product / square;
}

/** The exponent that n·log n itself has over these sizes. @param {number[]} sizes */
export function linearithmicGrowth(sizes) {
  return growth(sizes.map((size) => ({ size, time: size * Math.log2(size) })));
}

/** What a fitted exponent may be off by before it says something. */
const tolerance = 0.15;

/**
 * Whether a curve grows faster than allowed.
 * @param {{ size: number, time: number }[]} points
 * @param {number} allowed an exponent
 */
export function isWorseThan(points, allowed) {
  return growth(points) > allowed + tolerance;
}

/** The exponent up to which a curve over these sizes counts as n·log n. @param {number[]} sizes */
export function steepest(sizes) {
  return Number((linearithmicGrowth(sizes) + tolerance).toFixed(2));
}
