import { invalid } from '../../base/errors.ts';
import { distinct } from '../representation/labels.ts';

/** Labels as places on a grid of values, of which some may be missing. */
export interface LabelGrid {
  /** Different values of x and of y, ascending. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  // at: (ys.length, xs.length) index of the point with that label, −1 where there is none
  readonly at: Int32Array;
}

/** Different values along each axis that parallelism needs: with fewer there is one direction only, or none. */
const LEAST_VALUES = 3;
/** Cells of a grid; labels that lie on no grid would need far more than there are points. */
const MOST_CELLS = 2 ** 24;

/**
 * @param labels (n) x, y; equal values are equal numbers, as multiples of a spacing are
 * @throws CliffordError INVALID_INPUT for labels that are not finite, occur twice, have fewer than 3 × 3 values, or lie
 *   on no grid
 */
export function labelGrid(labels: readonly (readonly [x: number, y: number])[]): LabelGrid {
  labels.forEach((label, i) => {
    if (label.length !== 2 || !label.every((v) => Number.isFinite(v))) {
      throw invalid(`labels: got (${label.join(', ')}) for point ${i}, expected two finite numbers x, y`);
    }
  });
  // −0 and 0 are one value to Map and Set.
  const [xs, ys] = [distinct(labels.map(([x]) => x)), distinct(labels.map(([, y]) => y))];
  if (xs.length < LEAST_VALUES || ys.length < LEAST_VALUES) {
    throw invalid(
      `labels: got ${xs.length} × ${ys.length} different values of x and y on ${labels.length} points, ` +
        `expected a grid of at least ${LEAST_VALUES} × ${LEAST_VALUES}`,
    );
  }
  if (xs.length * ys.length > MOST_CELLS) {
    throw invalid(
      `labels: got ${xs.length} × ${ys.length} different values of x and y on ${labels.length} points, ` +
        `expected labels on a grid, so that values occur again`,
    );
  }
  const [placeX, placeY] = [xs, ys].map((values) => new Map(values.map((v, i) => [v, i])));
  const at = new Int32Array(xs.length * ys.length).fill(-1);
  labels.forEach(([x, y], i) => {
    const cell = placeY!.get(y)! * xs.length + placeX!.get(x)!;
    if (at[cell]! >= 0) {
      throw invalid(`labels: got (${x}, ${y}) for points ${at[cell]} and ${i}, expected each label once`);
    }
    at[cell] = i;
  });
  return { xs, ys, at };
}

/** The same grid with x and y exchanged. */
export function transposed({ xs, ys, at }: LabelGrid): LabelGrid {
  const out = new Int32Array(at.length);
  for (let y = 0; y < ys.length; y++) {
    for (let x = 0; x < xs.length; x++) out[x * ys.length + y] = at[y * xs.length + x]!;
  }
  return { xs: ys, ys: xs, at: out };
}
