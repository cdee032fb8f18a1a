import { invalid } from '../../base/errors.ts';
import { addProducts, mirror } from './gram.ts';
import { throwIfStopped, type Watch } from './rows.ts';

/**
 * Ridge regression of several targets at once, for many splits of the same points: min ‖Y − XW‖² + λ‖W‖² over the
 * training points, both sides centred on them, with λ = penalty × Σ‖x − x̄‖²/d, that is, penalty × points × the mean
 * variance of a feature.
 */
export interface RidgeData {
  // rows: (count, dimension), centred on anything fixed, as float64
  readonly rows: Float64Array;
  readonly count: number;
  readonly dimension: number;
  // gram: (count, count) rows times rows if dimension > count, else null
  readonly gram: Float64Array | null;
}

/** @param rows (count, dimension) centred */
export function ridgeData(
  rows: Float64Array,
  count: number,
  dimension: number,
  watch: Watch = {},
): RidgeData {
  if (dimension <= count) return { rows, count, dimension, gram: null };
  const gram = new Float64Array(count * count);
  const BLOCK = 128;
  for (let from = 0; from < count; from += BLOCK) {
    throwIfStopped(watch, 'decoding');
    const size = Math.min(BLOCK, count - from);
    addProducts(
      { out: gram, width: count, lower: true },
      { rows: rows.subarray(from * dimension), count: size, at: from },
      { rows, count: from + size, at: 0 },
      dimension,
    );
    watch.onProgress?.(((from + size) / count) ** 2);
  }
  mirror(gram, count);
  return { rows, count, dimension, gram };
}

/**
 * Fits on `train` and predicts `test`. Solves in the dual (a system of the training points) if a point has more numbers
 * than there are points, else in the primal (a system of the numbers).
 * @param targets (count, k) of all points
 * @returns (test.length, k)
 * @throws CliffordError INVALID_INPUT if the system is singular, which takes a penalty of 0
 */
export function ridgePredict(
  data: RidgeData,
  targets: Float64Array,
  k: number,
  train: readonly number[],
  test: readonly number[],
  penalty: number,
  watch: Watch = {},
): Float64Array {
  const means = new Float64Array(k);
  for (const i of train) for (let t = 0; t < k; t++) means[t]! += targets[i * k + t]! / train.length;
  const aims = new Float64Array(train.length * k);
  for (const [r, i] of train.entries()) {
    for (let t = 0; t < k; t++) aims[r * k + t] = targets[i * k + t]! - means[t]!;
  }
  const out = (data.gram ? dual : primal)(data, aims, k, train, test, penalty, watch);
  for (let i = 0; i < out.length; i++) out[i]! += means[i % k]!;
  return out;
}

/** α = (K + λ)⁻¹ Y with K centred on the training points: k(a, b) − mean k(a, ·) − mean k(b, ·) + mean k. */
function dual(
  { gram, count, dimension }: RidgeData,
  aims: Float64Array,
  k: number,
  train: readonly number[],
  test: readonly number[],
  penalty: number,
  watch: Watch,
): Float64Array {
  const kernel = gram!;
  const n = train.length;
  const rowMeans = train.map((i) => {
    let sum = 0;
    for (const j of train) sum += kernel[i * count + j]!;
    return sum / n;
  });
  const grand = rowMeans.reduce((sum, value) => sum + value, 0) / n;
  const system = new Float64Array(n * n);
  let trace = 0;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      system[a * n + b] = kernel[train[a]! * count + train[b]!]! - rowMeans[a]! - rowMeans[b]! + grand;
    }
    trace += system[a * n + a]!;
  }
  solve(system, n, aims, k, penalty, (penalty * trace) / dimension, watch);
  // Each column of α sums to zero, so that what centring subtracts from all k(i, ·) alike adds nothing.
  const out = new Float64Array(test.length * k);
  for (const [r, i] of test.entries()) {
    for (let b = 0; b < n; b++) {
      const value = kernel[i * count + train[b]!]! - rowMeans[b]!;
      for (let t = 0; t < k; t++) out[r * k + t]! += value * aims[b * k + t]!;
    }
  }
  return out;
}

function primal(
  { rows, dimension: d }: RidgeData,
  aims: Float64Array,
  k: number,
  train: readonly number[],
  test: readonly number[],
  penalty: number,
  watch: Watch,
): Float64Array {
  const n = train.length;
  const mean = new Float64Array(d);
  for (const i of train) for (let c = 0; c < d; c++) mean[c]! += rows[i * d + c]! / n;
  const columns = new Float64Array(d * n);
  for (const [r, i] of train.entries()) {
    for (let c = 0; c < d; c++) columns[c * n + r] = rows[i * d + c]! - mean[c]!;
  }
  const system = new Float64Array(d * d);
  const side = { rows: columns, count: d, at: 0 };
  addProducts({ out: system, width: d, lower: true }, side, side, n);
  const weights = new Float64Array(d * k);
  let trace = 0;
  for (let c = 0; c < d; c++) {
    trace += system[c * d + c]!;
    for (let r = 0; r < n; r++) {
      for (let t = 0; t < k; t++) weights[c * k + t]! += columns[c * n + r]! * aims[r * k + t]!;
    }
  }
  solve(system, d, weights, k, penalty, (penalty * trace) / d, watch);
  const out = new Float64Array(test.length * k);
  for (const [r, i] of test.entries()) {
    for (let c = 0; c < d; c++) {
      const value = rows[i * d + c]! - mean[c]!;
      for (let t = 0; t < k; t++) out[r * k + t]! += value * weights[c * k + t]!;
    }
  }
  return out;
}

/** A pivot below this, of the largest diagonal entry, makes the system singular. */
const SINGULAR = 1e-13;

/**
 * Solves (A + λ) X = B by Cholesky.
 * @param a (n, n), lower triangle read, overwritten
 * @param b (n, k), overwritten by X
 */
function solve(
  a: Float64Array,
  n: number,
  b: Float64Array,
  k: number,
  penalty: number,
  lambda: number,
  watch: Watch,
): void {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    a[i * n + i]! += lambda;
    largest = Math.max(largest, a[i * n + i]!);
  }
  for (let i = 0; i < n; i++) {
    if (i % 64 === 0) throwIfStopped(watch, 'decoding');
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let c = 0; c < j; c++) sum -= a[i * n + c]! * a[j * n + c]!;
      if (j < i) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > SINGULAR * largest) a[i * n + i] = Math.sqrt(sum);
      else {
        throw invalid(
          `decoding: got penalty ${penalty}, with which the ridge system of side ${n} is singular, expected a larger one`,
        );
      }
    }
  }
  for (let t = 0; t < k; t++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * k + t]!;
      for (let c = 0; c < i; c++) sum -= a[i * n + c]! * b[c * k + t]!;
      b[i * k + t] = sum / a[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * k + t]!;
      for (let c = i + 1; c < n; c++) sum -= a[c * n + i]! * b[c * k + t]!;
      b[i * k + t] = sum / a[i * n + i]!;
    }
  }
}
