/** The value that a share of the samples does not exceed. */
export function percentile(samples, share) {
  if (samples.length === 0) return Number.NaN;
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Average growth in a unit a minute: the slope of a line through the later half of the samples. */
export function growthPerMinute(samples) {
  const later = samples.slice(Math.floor(samples.length / 2));
  const meanTime = later.reduce((sum, { at }) => sum + at, 0) / later.length;
  const meanValue = later.reduce((sum, { value }) => sum + value, 0) / later.length;
  const product = later.reduce((sum, { at, value }) => sum + (at - meanTime) * (value - meanValue), 0);
  const square = later.reduce((sum, { at }) => sum + (at - meanTime) ** 2, 0);
  return (product / square) * 60_000;
}
