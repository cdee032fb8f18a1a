import type { Rng } from '../base/rng.ts';
import type { Estimate } from './records.ts';

/** Resamples of a bootstrap; the standard error of a 2.5 % quantile's level is then 0.35 %. */
export const RESAMPLES = 2000;

/**
 * Cluster bootstrap (Davison & Hinkley 1997, section 3.8): clusters (labels) are drawn with replacement, each
 * with all of its images, so that many images of few labels do not narrow the interval.
 * @param columns several statistics of the same n clusters, each (n) float64; a resample draws the same
 *   clusters for all, n > 0
 * @returns for each column its RESAMPLES means, float64
 */
export function bootstrapMeans(
  columns: readonly Float64Array[],
  rng: Rng,
  resamples = RESAMPLES,
): Float64Array[] {
  const n = columns[0]!.length;
  const out = columns.map(() => new Float64Array(resamples));
  const sums = new Float64Array(columns.length);
  for (let b = 0; b < resamples; b++) {
    sums.fill(0);
    for (let i = 0; i < n; i++) {
      const pick = rng.int(n);
      for (let c = 0; c < columns.length; c++) sums[c]! += columns[c]![pick]!;
    }
    for (let c = 0; c < columns.length; c++) out[c]![b] = sums[c]! / n;
  }
  return out;
}

/** The central 95 % of resampled means around a mean. */
export function percentileInterval(mean: number, resampled: Float64Array): Estimate {
  const sorted = resampled.slice().sort();
  return { mean, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Quantile of ascending values by linear interpolation (type 7 of Hyndman & Fan 1996). */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/** Median of values with weights: the least value at which half of the total weight is reached; null if none. */
export function weightedMedian(values: readonly { value: number; weight: number }[]): number | null {
  const sorted = values.filter((v) => v.weight > 0).sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, v) => sum + v.weight, 0) / 2;
  let reached = 0;
  for (const [i, v] of sorted.entries()) {
    reached += v.weight;
    // With equal weights and an even count the median lies midway, as usual.
    const next = sorted[i + 1];
    if (next && Math.abs(reached - half) <= 1e-9 * half) return (v.value + next.value) / 2;
    if (reached > half) return v.value;
  }
  return null;
}
