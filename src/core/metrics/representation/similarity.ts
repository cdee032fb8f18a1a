import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import type { SimilarityResult } from '../records-analysis.ts';
import { addProducts, centred, mirror } from './gram.ts';
import { checkLabels, labelGrid, type Label, type LabelGrid } from './labels.ts';
import { pack } from './packed.ts';
import { checkPoints, type Points } from './points.ts';
import { moments, rowsOf, throwIfStopped, type Watch } from './rows.ts';

export interface SimilarityOptions extends Watch {
  /** Default `cosine`. */
  readonly measure?: SimilarityResult['measure'] | undefined;
  /** Which feature is the slower one along the matrix (default x). */
  readonly order?: SimilarityResult['order'] | undefined;
  /** Values along each axis, evenly chosen; at most as many as there are. Default 12. */
  readonly perAxis?: number | undefined;
}

/**
 * The kernel view: how alike the representations of all pairs of labels are, beside what the nearest perfectly
 * factorized code would give. That code is f(x) + g(y), fitted by least squares to all points: on a complete grid its
 * two terms are the means over rows and over columns, as in a two-way analysis of variance without interaction.
 *
 * Representations are centred (paper, model). `cosine` and `correlation` (Pearson's, over the coordinates) are NaN where
 * a representation does not differ from the mean by more than a millionth of what is usual; `distance` is Euclidean.
 * @param labels one for each point; together a complete grid
 * @throws CliffordError INVALID_INPUT for labels of another length or not a grid, fewer than 2 values along an axis,
 *   values that are not finite, or no variance; CANCELLED
 */
export function similarity(
  points: Points,
  labels: readonly Label[],
  options: SimilarityOptions = {},
): SimilarityResult {
  const { measure = 'cosine', order = 'x-then-y', perAxis = 12 } = options;
  if (!Number.isInteger(perAxis) || perAxis < 2) {
    throw invalid(
      `similarity: got ${counted(perAxis, 'label')} along each axis, expected a whole number from 2`,
    );
  }
  checkLabels(points, labels, 'similarity');
  checkPoints(points, 4, 'similarity');
  const grid = labelGrid(labels, 'similarity');
  if (grid.xs.length < 2 || grid.ys.length < 2) {
    throw invalid(
      `similarity: got ${counted(grid.xs.length, 'value')} of x and ${grid.ys.length} of y, expected at least 2 of each`,
    );
  }
  const { mean, scatter } = moments(rowsOf(points), points.count, 'similarity');
  if (scatter === 0) throw invalid('similarity: got points that are all the same, expected some variance');

  const code = additiveFit(points, mean, grid);
  const chosen = chosenPlaces(grid, perAxis, order);
  const { dimension: d } = points;
  const usual = Math.sqrt(scatter / points.count);
  const shape = [chosen.length, chosen.length];
  // One set of rows at a time: 576 labels of a wide tap take hundreds of megabytes.
  const matrixOf = (fill: (row: Float64Array, place: Place) => void): Float64Array => {
    throwIfStopped(options, 'similarity');
    const rows = new Float64Array(chosen.length * d);
    for (const [r, place] of chosen.entries()) fill(rows.subarray(r * d, (r + 1) * d), place);
    return pairwise(rows, chosen.length, d, measure, usual);
  };
  const matrix = matrixOf((row, { point }) => {
    row.set(centred(points.data.subarray(point * d, (point + 1) * d), 1, d, mean));
  });
  options.onProgress?.(0.5);
  const factorized = matrixOf((row, { i, j }) => {
    for (let c = 0; c < d; c++) row[c] = code.f[i * d + c]! + code.g[j * d + c]!;
  });
  options.onProgress?.(1);
  return {
    measure,
    labels: chosen.map(({ i, j }) => [grid.xs[i]!, grid.ys[j]!]),
    order,
    matrix: pack(matrix, shape),
    factorized: pack(factorized, shape),
    additiveShare: code.scatter / scatter,
  };
}

/** Main effects about the mean: f (values of x, d), g (values of y, d), and the scatter of f(x) + g(y) over the grid. */
function additiveFit({ data, dimension: d }: Points, mean: Float64Array, { xs, ys, points }: LabelGrid) {
  const f = new Float64Array(xs.length * d);
  const g = new Float64Array(ys.length * d);
  for (let i = 0; i < xs.length; i++) {
    for (let j = 0; j < ys.length; j++) {
      const row = points[i * ys.length + j]! * d;
      for (let c = 0; c < d; c++) {
        const value = data[row + c]! - mean[c]!;
        f[i * d + c]! += value / ys.length;
        g[j * d + c]! += value / xs.length;
      }
    }
  }
  // f and g each sum to zero, so that the cross terms of the scatter vanish.
  let scatter = 0;
  for (const value of f) scatter += ys.length * value * value;
  for (const value of g) scatter += xs.length * value * value;
  return { f, g, scatter };
}

/** A label of the matrix: its places among the values of x and of y, and its point. */
interface Place {
  readonly i: number;
  readonly j: number;
  readonly point: number;
}

function chosenPlaces(grid: LabelGrid, perAxis: number, order: SimilarityResult['order']): Place[] {
  const rows = evenly(grid.xs.length, perAxis);
  const columns = evenly(grid.ys.length, perAxis);
  const place = (i: number, j: number) => ({ i, j, point: grid.points[i * grid.ys.length + j]! });
  return order === 'x-then-y'
    ? rows.flatMap((i) => columns.map((j) => place(i, j)))
    : columns.flatMap((j) => rows.map((i) => place(i, j)));
}

/** At most `wanted` of the indices below `count`, as even as whole numbers are, without favouring either end. */
function evenly(count: number, wanted: number): number[] {
  const take = Math.min(count, wanted);
  return Array.from({ length: take }, (_, i) => Math.floor(((2 * i + 1) * count) / (2 * take)));
}

/** A representation shorter than this, of the usual length, has no direction. */
const NO_DIRECTION = 1e-6;

function pairwise(
  rows: Float64Array,
  m: number,
  d: number,
  measure: SimilarityResult['measure'],
  usual: number,
): Float64Array {
  if (measure === 'correlation') subtractRowMeans(rows, m, d);
  const side = { rows, count: m, at: 0 };
  const products = new Float64Array(m * m);
  addProducts({ out: products, width: m, lower: true }, side, side, d);
  mirror(products, m);
  const norms = Float64Array.from({ length: m }, (_, i) => Math.sqrt(products[i * m + i]!));
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      out[i * m + j] =
        measure === 'distance'
          ? distance(rows, i, j, d)
          : Math.min(norms[i]!, norms[j]!) <= NO_DIRECTION * usual
            ? NaN
            : products[i * m + j]! / (norms[i]! * norms[j]!);
    }
  }
  return out;
}

/** From the differences themselves: the products lose the digits of what lies close together. */
function distance(rows: Float64Array, i: number, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (rows[i * d + c]! - rows[j * d + c]!) ** 2;
  return Math.sqrt(sum);
}

function subtractRowMeans(rows: Float64Array, m: number, d: number): void {
  for (let i = 0; i < m; i++) {
    const row = rows.subarray(i * d, (i + 1) * d);
    const mean = row.reduce((sum, value) => sum + value, 0) / d;
    for (let c = 0; c < d; c++) row[c]! -= mean;
  }
}
