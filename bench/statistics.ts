/** Median and 95th percentile of a series, in the series' own unit. */
export interface Summary {
  count: number;
  median: number;
  p95: number;
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

export const summarise = (values: readonly number[]): Summary => {
  const sorted = values.toSorted((a, b) => a - b);
  const round = (value: number): number => Math.round(value * 100) / 100;
  return { count: sorted.length, median: round(quantile(sorted, 0.5)), p95: round(quantile(sorted, 0.95)) };
};
