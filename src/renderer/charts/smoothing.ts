/** [x, y] of a curve. */
export type Point = readonly [number, number];

/**
 * Moving average with exponentially falling weights, divided by the sum of its weights so that it is not drawn
 * towards zero at the start. `weight` is what the past keeps over a distance of `spacing`; a point twice as far from
 * the one before counts for two, so that thinned or uneven points give the same curve as even ones.
 *
 * @param points x ascending; values that are not finite are passed on and left out of the average
 * @param weight in [0, 1): 0 returns the values as they are
 * @param spacing distance in x over which the past keeps `weight`; the mean distance when it is 0 or left out
 */
export function smooth(points: readonly Point[], weight: number, spacing = 0): Point[] {
  const unit = spacing > 0 ? spacing : meanSpacing(points);
  let [sum, total, before] = [0, 0, NaN];
  return points.map(([x, y]) => {
    if (!Number.isFinite(y)) return [x, y];
    const distance = Number.isNaN(before) || unit === 0 ? 1 : (x - before) / unit;
    const kept = weight ** distance;
    sum = sum * kept + y * (1 - kept);
    total = total * kept + (1 - kept);
    before = x;
    return [x, total === 0 ? y : sum / total];
  });
}

/** Mean distance of neighbouring points in x; 0 for fewer than two. */
export function meanSpacing(points: readonly Point[]): number {
  return points.length < 2 ? 0 : (points.at(-1)![0] - points[0]![0]) / (points.length - 1);
}

/**
 * Ends of an axis that leave out the given fraction of each curve's values at either end. Linear axes end at round
 * numbers, logarithmic ones with 5 % of room.
 * @param fraction 0 leaves out nothing
 * @returns null when there is nothing to show, or nothing to tell apart
 */
export function clipRange(
  values: readonly (readonly number[])[],
  fraction: number,
  log: boolean,
): [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const all of values) {
    const sorted = Float64Array.from(all.filter((v) => Number.isFinite(v) && (!log || v > 0))).sort();
    if (sorted.length === 0) continue;
    low = Math.min(low, quantile(sorted, fraction));
    high = Math.max(high, quantile(sorted, 1 - fraction));
  }
  if (!(low < high)) return null;
  if (log) {
    const room = (high / low) ** 0.05;
    return [low / room, high * room];
  }
  const step = roundStep((high - low) / 5);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** 1, 2 or 5 times a power of ten, at least the given number. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((m) => m * power >= least)! * power;
}

/**
 * Where a logarithmic axis is marked: at powers of ten, with 2 and 5 between them where there are few, and all
 * digits where there are fewer still.
 */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const decades = Math.log10(high / low);
  const digits = decades > 4 ? [1] : decades > 0.7 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.log10(high); k++) {
    for (const digit of digits) {
      const tick = Number(`${digit}e${k}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/** Points that a logarithmic axis can show: others become gaps. */
export function logPoints(points: readonly Point[]): Point[] {
  return points.map(([x, y]) => (y > 0 ? [x, y] : [x, NaN]));
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan). */
function quantile(sorted: Float64Array, q: number): number {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const part = at - low;
  return sorted[low]! + part * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}
