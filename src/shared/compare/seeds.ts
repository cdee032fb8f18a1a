import { invalid } from '../../core/base/errors.ts';
import { tQuantile } from '../../core/metrics/trends/student-t.ts';
import type { RunSpec } from '../run-spec.ts';
import { seedlessKey } from './spec-diff.ts';

/** Points of one metric, steps ascending. */
export type Series = readonly (readonly [step: number, value: number])[];

/** Runs that are equal but for the seed, in the order given. */
export interface SeedGroup<R> {
  /** Equal for equal specifications; long: for comparing, not for showing. */
  readonly key: string;
  readonly runs: readonly R[];
}

/** A mean with its two-sided 95 % interval by Student's t; a single value has none, and says so. */
export interface MeanEstimate {
  readonly n: number;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface MeanPoint extends MeanEstimate {
  readonly step: number;
}

/** Groups runs that differ in nothing but the seed, in order of first appearance. */
export function groupBySeeds<R extends { readonly spec: RunSpec }>(runs: readonly R[]): SeedGroup<R>[] {
  return [...Map.groupBy(runs, (run) => seedlessKey(run.spec))].map(([key, group]) => ({ key, runs: group }));
}

/**
 * Mean and t interval (n − 1 degrees of freedom) of independent values, one for each seed.
 * @throws CliffordError INVALID_INPUT without any value
 */
export function meanOf(values: readonly number[]): MeanEstimate {
  const n = values.length;
  if (n === 0) throw invalid('mean: got no values, expected at least one');
  const mean = values.reduce((a, b) => a + b, 0) / n;
  if (n === 1) return { n, mean, low: null, high: null };
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  const half = halfWidth(n) * Math.sqrt(squares / (n - 1) / n);
  return { n, mean, low: mean - half, high: mean + half };
}

/**
 * The mean of a metric over seeds, step by step, with its interval.
 *
 * Only steps that at least `atLeast` of the series have are kept, by default all of them: nothing is interpolated, and
 * no curve jumps merely because a run that stopped early leaves the mean. With a smaller number every point still says
 * of how many runs it is the mean.
 * @param atLeast 1 … number of series
 */
export function meanSeries(series: readonly Series[], atLeast = series.length): MeanPoint[] {
  if (series.length === 0) return [];
  if (!Number.isInteger(atLeast) || atLeast < 1 || atLeast > series.length) {
    throw invalid(`mean of series: got atLeast = ${atLeast}, expected 1 to ${series.length}`);
  }
  const byStep = new Map<number, number[]>();
  for (const points of series) {
    for (const [step, value] of points) {
      const values = byStep.get(step);
      if (values) values.push(value);
      else byStep.set(step, [value]);
    }
  }
  return [...byStep]
    .filter(([, values]) => values.length >= atLeast)
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => ({ step, ...meanOf(values) }));
}

/** t(0.975, n − 1), found once for each n: curves have thousands of points of few seeds. */
function halfWidth(n: number): number {
  const known = QUANTILES.get(n);
  if (known !== undefined) return known;
  const found = tQuantile(0.975, n - 1);
  QUANTILES.set(n, found);
  return found;
}
const QUANTILES = new Map<number, number>();
