import { invalid } from '../../base/errors.ts';
import { tQuantile } from './student-t.ts';

/** A power law y = factor · x^slope. */
export interface PowerLaw {
  readonly points: number;
  readonly slope: number;
  readonly factor: number;
  /** 95 % interval of the slope; null of two points, which leave nothing to judge it by. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The slope of log y over log x (paper Fig. 5c), by least squares over the points, with Student's t interval of n − 2
 * degrees of freedom. Points are means: one for each x, so that an x with more seeds weighs no more.
 * @param points [x, y], all positive, of at least two different x
 * @throws CliffordError INVALID_INPUT
 */
export function powerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw {
  const bad = points.find(([x, y]) => !(x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y)));
  if (bad) throw invalid(`log–log slope: got the point (${bad[0]}, ${bad[1]}), expected positive numbers`);
  if (new Set(points.map(([x]) => x)).size < 2) {
    throw invalid(`log–log slope: got ${points.length} points of one x, expected at least two different x`);
  }
  const n = points.length;
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (axis: 0 | 1) => logs.reduce((sum, p) => sum + p[axis], 0) / n;
  const [mx, my] = [mean(0), mean(1)];
  const sxx = logs.reduce((sum, [u]) => sum + (u - mx) ** 2, 0);
  const sxy = logs.reduce((sum, [u, v]) => sum + (u - mx) * (v - my), 0);
  const slope = sxy / sxx;
  const factor = Math.exp(my - slope * mx);
  if (n === 2) return { points: n, slope, factor, low: null, high: null };
  const residual = logs.reduce((sum, [u, v]) => sum + (v - my - slope * (u - mx)) ** 2, 0);
  const half = tQuantile(0.975, n - 2) * Math.sqrt(residual / (n - 2) / sxx);
  return { points: n, slope, factor, low: slope - half, high: slope + half };
}
