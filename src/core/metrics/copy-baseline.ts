import type { Dataset } from '../dataset/dataset.ts';
import { axisCoverage } from '../dataset/describe.ts';
import { snap, type Axis } from '../dataset/lattice.ts';
import type { Score } from './records.ts';

/**
 * What copying would score: a generator that answers each condition with what it has seen nearest to it.
 *
 * - `x`: right if some value of x that any training image shows in the frame (stripes included) lies strictly
 *   within the tolerance; likewise `y`
 * - `both`: right if some 2D training label lies strictly within the tolerance in x and in y, that is, the
 *   nearest 2D label in the larger of the two distances (the metric of the rule, so that ties do not matter);
 *   0 where nothing 2D was trained on
 *
 * Distances are compared in lattice steps, so that "strictly less" does not hang on a rounding error.
 *
 * @param labels flat indices of 2D labels
 * @param tolerancePx in pixels; a distance equal to it is wrong
 * @param rule `strict` (the project's) or `closed`, which counts an equal distance as right
 * @returns fractions of the labels; all 0 for no labels
 */
export function copyBaseline(
  dataset: Dataset,
  labels: ArrayLike<number>,
  tolerancePx: number,
  rule: 'strict' | 'closed' = 'strict',
): Score {
  const { x, y } = dataset.lattice;
  const seenX = seenBefore(dataset, 'x');
  const seenY = seenBefore(dataset, 'y');
  const trained = trainedBefore(dataset);
  const nx = x.frameTo - x.frameFrom;
  const [spansX, spansY] = [windows(x, tolerancePx, rule), windows(y, tolerancePx, rule)];
  let [rightX, rightY, rightBoth] = [0, 0, 0];
  for (let k = 0; k < labels.length; k++) {
    const ix = (labels[k]! % x.count) - x.frameFrom;
    const iy = Math.floor(labels[k]! / x.count) - y.frameFrom;
    const wx = spansX[ix]!;
    const wy = spansY[iy]!;
    if (wx.some(([a, b]) => seenX[b]! > seenX[a]!)) rightX++;
    if (wy.some(([a, b]) => seenY[b]! > seenY[a]!)) rightY++;
    const near = wy.some(([c, d]) =>
      wx.some(([a, b]) => {
        const w = nx + 1;
        return trained[d * w + b]! - trained[c * w + b]! - trained[d * w + a]! + trained[c * w + a]! > 0;
      }),
    );
    if (near) rightBoth++;
  }
  const n = Math.max(1, labels.length);
  return { x: rightX / n, y: rightY / n, both: rightBoth / n };
}

/**
 * What a position drawn uniformly in the frame would score: the share of [0, N) strictly within the tolerance
 * of the label, which is cut off at open borders; `both` is the product.
 */
export function chanceScore(dataset: Dataset, labels: ArrayLike<number>, tolerancePx: number): Score {
  const { x, y, size, periodic } = dataset.lattice;
  const share = (value: number) =>
    periodic
      ? Math.min(1, (2 * tolerancePx) / size)
      : (Math.min(size, value + tolerancePx) - Math.max(0, value - tolerancePx)) / size;
  let [sumX, sumY, sumBoth] = [0, 0, 0];
  for (let k = 0; k < labels.length; k++) {
    const px = share(x.values[labels[k]! % x.count]!);
    const py = share(y.values[Math.floor(labels[k]! / x.count)]!);
    sumX += px;
    sumY += py;
    sumBoth += px * py;
  }
  const n = Math.max(1, labels.length);
  return { x: sumX / n, y: sumY / n, both: sumBoth / n };
}

/** For each frame index, the half-open ranges of frame indices within the tolerance, wrapped where periodic. */
function windows(axis: Axis, tolerance: number, rule: 'strict' | 'closed'): [number, number][][] {
  const n = axis.frameTo - axis.frameFrom;
  const reach = tolerance / axis.spacing;
  const shifts = axis.period === null ? [0] : [-1, 0, 1].map((k) => (k * axis.period!) / axis.spacing);
  return Array.from({ length: n }, (_, j) =>
    shifts.flatMap((shift): [number, number][] => {
      const lo = snap(j + shift - reach);
      const hi = snap(j + shift + reach);
      const from = Math.max(0, rule === 'strict' ? Math.floor(lo) + 1 : Math.ceil(lo));
      const to = Math.min(n, rule === 'strict' ? Math.ceil(hi) : Math.floor(hi) + 1);
      return from < to ? [[from, to]] : [];
    }),
  );
}

/** Running count of frame values that training shows: entry i counts the values before index i. */
function seenBefore(dataset: Dataset, name: 'x' | 'y'): Uint32Array {
  const { images2d, images1d } = axisCoverage(dataset, name);
  const before = new Uint32Array(images2d.length + 1);
  for (let i = 0; i < images2d.length; i++) {
    before[i + 1] = before[i]! + (images2d[i]! + images1d[i]! > 0 ? 1 : 0);
  }
  return before;
}

/** Summed-area table over the frame: entry (i, j) counts 2D training labels in rows before i, columns before j. */
function trainedBefore(dataset: Dataset): Uint32Array {
  const { x, y } = dataset.lattice;
  const [nx, ny] = [x.frameTo - x.frameFrom, y.frameTo - y.frameFrom];
  const w = nx + 1;
  const table = new Uint32Array(w * (ny + 1));
  for (const part of dataset.parts) {
    if (part.dimension !== 2) continue;
    for (const index of part.labels) {
      const ix = (index % x.count) - x.frameFrom;
      const iy = Math.floor(index / x.count) - y.frameFrom;
      table[(iy + 1) * w + ix + 1]! += 1;
    }
  }
  for (let i = 1; i <= ny; i++) {
    for (let j = 1; j <= nx; j++) {
      table[i * w + j]! += table[(i - 1) * w + j]! + table[i * w + j - 1]! - table[(i - 1) * w + j - 1]!;
    }
  }
  return table;
}
