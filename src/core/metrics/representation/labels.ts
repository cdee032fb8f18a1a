import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import type { Points } from './points.ts';

/** The label of a point: x and y in frame coordinates. */
export type Label = readonly [x: number, y: number];

/** @throws CliffordError INVALID_INPUT if there is not one finite label for each point */
export function checkLabels(points: Points, labels: readonly Label[], what: string): void {
  if (labels.length !== points.count) {
    throw invalid(
      `${what}: got ${counted(labels.length, 'label')} for ${counted(points.count, 'point')}, expected one each`,
    );
  }
  for (const [i, [x, y]] of labels.entries()) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw invalid(`${what}: got label (${x}, ${y}) at point ${i}, expected finite numbers`);
    }
  }
}

/** A complete grid of labels: each value of x with each value of y, once. */
export interface LabelGrid {
  /** Ascending. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  // points: (xs.length, ys.length) index of the point, y fastest
  readonly points: Int32Array;
}

/** @throws CliffordError INVALID_INPUT if a label is missing or appears twice */
export function labelGrid(labels: readonly Label[], what: string): LabelGrid {
  const xs = distinct(labels.map(([x]) => x));
  const ys = distinct(labels.map(([, y]) => y));
  const placeX = new Map(xs.map((x, i) => [x, i]));
  const placeY = new Map(ys.map((y, i) => [y, i]));
  const points = new Int32Array(xs.length * ys.length).fill(-1);
  for (const [index, [x, y]] of labels.entries()) {
    const place = placeX.get(x)! * ys.length + placeY.get(y)!;
    if (points[place] !== -1) {
      throw invalid(`${what}: got label (${x}, ${y}) twice, expected each label of the grid once`);
    }
    points[place] = index;
  }
  if (labels.length !== points.length) {
    throw invalid(
      `${what}: got ${counted(labels.length, 'label')} over ${xs.length} values of x and ${ys.length} of y, ` +
        `expected all ${points.length} pairs`,
    );
  }
  return { xs, ys, points };
}

/** Ascending, each once. */
export function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
