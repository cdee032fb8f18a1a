import { invalid } from '../../base/errors.ts';
import { Rng } from '../../base/rng.ts';
import { RESAMPLES } from '../bootstrap.ts';
import { hashName } from '../evaluation-labels.ts';

/** One run's value at one x. */
export interface TrendPoint {
  readonly x: number;
  readonly y: number;
  readonly seed: number;
}

export interface CrossingOptions {
  /** 0.6 for the accuracy of Fig. 5. */
  readonly level: number;
  /** Interpolates over log x: then x must be positive. */
  readonly log: boolean;
  /** Of the bootstrap. */
  readonly seed?: number;
}

/** Where a mean curve passes a level. */
export interface Crossing {
  readonly level: number;
  /** Null if the curve has one side only, which `side` names. */
  readonly x: number | null;
  readonly direction: 'rising' | 'falling' | null;
  readonly side: 'above' | 'below' | null;
  /** Times that the mean curve passes the level: more than one makes the first one doubtful. */
  readonly passes: number;
  readonly seeds: number;
  /**
   * 95 % percentile interval of a bootstrap over seeds; null without a crossing and of a single seed. An end is null
   * where it lies beyond what was measured.
   */
  readonly interval: { readonly low: number | null; readonly high: number | null } | null;
}

/** Values at one x in the order of the seeds: sum and number of runs of each. */
interface Column {
  readonly x: number;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * The x at which the mean over seeds first reaches a level (from below) or first falls short of it (from above), linear
 * between the two x around it, on a linear or a logarithmic axis.
 *
 * Its uncertainty is that of seeds: seeds are drawn with replacement, each with all of its runs, since runs of one seed
 * at different x start from the same weights. Three seeds have only ten different resamples, so that the interval of few
 * seeds is too narrow rather than too wide.
 *
 * @param points in any order; several runs of a seed at one x count alike
 * @throws CliffordError INVALID_INPUT without points, for values that are not finite, and for x ≤ 0 on a log axis
 */
export function crossingOf(
  points: readonly TrendPoint[],
  { level, log, seed = 0 }: CrossingOptions,
): Crossing {
  if (points.length === 0) throw invalid('crossing: got no points, expected at least one');
  for (const { x, y } of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) throw invalid(`crossing: got the point (${x}, ${y})`);
    if (log && x <= 0)
      throw invalid(`crossing: got x = ${x} on a logarithmic axis, expected positive numbers`);
  }
  const seeds = [...new Set(points.map((point) => point.seed))].sort((a, b) => a - b);
  const columns = columnsOf(points, seeds);
  const ones = new Float64Array(seeds.length).fill(1);
  const curve = meanCurve(columns, ones);
  const passes = curve.filter(([, y], i) => i > 0 && y >= level !== curve[i - 1]![1] >= level).length;
  const rising = curve[0]![1] < level;
  const base = { level, passes, seeds: seeds.length };
  if (passes === 0) {
    return { ...base, x: null, direction: null, side: rising ? 'below' : 'above', interval: null };
  }
  const direction = rising ? 'rising' : 'falling';
  const x = firstPassage(curve, level, rising, log);
  if (seeds.length === 1) return { ...base, x, direction, side: null, interval: null };

  const rng = new Rng(seed, 'bootstrap', hashName('crossing'));
  const weights = new Float64Array(seeds.length);
  const found = new Float64Array(RESAMPLES);
  for (let b = 0; b < RESAMPLES; b++) {
    weights.fill(0);
    for (let i = 0; i < seeds.length; i++) weights[rng.int(seeds.length)]! += 1;
    found[b] = firstPassage(meanCurve(columns, weights), level, rising, log);
  }
  found.sort();
  // Order statistics rather than interpolated quantiles: resamples that never pass lie at ±∞.
  const end = (p: number): number | null => {
    const value = found[Math.min(RESAMPLES - 1, Math.floor(p * RESAMPLES))]!;
    return Number.isFinite(value) ? value : null;
  };
  return { ...base, x, direction, side: null, interval: { low: end(0.025), high: end(0.975) } };
}

function columnsOf(points: readonly TrendPoint[], seeds: readonly number[]): Column[] {
  const place = new Map(seeds.map((seed, i) => [seed, i]));
  const columns = new Map<number, Column>();
  for (const { x, y, seed } of points) {
    let column = columns.get(x);
    if (column === undefined) {
      column = { x, sums: new Float64Array(seeds.length), counts: new Float64Array(seeds.length) };
      columns.set(x, column);
    }
    column.sums[place.get(seed)!]! += y;
    column.counts[place.get(seed)!]! += 1;
  }
  return [...columns.values()].sort((a, b) => a.x - b.x);
}

/** Means at each x, seeds counted as often as they were drawn; x without a drawn seed are left out. */
function meanCurve(columns: readonly Column[], weights: Float64Array): [x: number, y: number][] {
  return columns.flatMap(({ x, sums, counts }): [number, number][] => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < weights.length; i++) {
      sum += weights[i]! * sums[i]!;
      count += weights[i]! * counts[i]!;
    }
    return count === 0 ? [] : [[x, sum / count]];
  });
}

/** −∞ if the first point is past the level already, ∞ if none is. */
function firstPassage(
  curve: readonly (readonly [x: number, y: number])[],
  level: number,
  rising: boolean,
  log: boolean,
): number {
  const at = curve.findIndex(([, y]) => y >= level === rising);
  if (at === 0) return -Infinity;
  if (at < 0) return Infinity;
  const [[x0, y0], [x1, y1]] = [curve[at - 1]!, curve[at]!];
  const part = (level - y0) / (y1 - y0);
  if (part === 1) return x1; // exactly, without the rounding of the logarithm
  return log ? Math.exp(Math.log(x0) + part * Math.log(x1 / x0)) : x0 + part * (x1 - x0);
}
