import { Rng } from '../../base/rng.ts';
import { symmetricEigen, type Eigen } from './eigen.ts';
import { addProducts } from './gram.ts';
import { throwIfStopped, type Watch } from './rows.ts';

/** Sweeps at most, and the change of an eigenvalue, relative to the largest, that ends them earlier. */
const MOST_SWEEPS = 40;
const TOLERANCE = 1e-11;

/**
 * The k largest eigenvalues of a positive semidefinite matrix and their eigenvectors by randomized subspace iteration
 * (Halko, Martinsson, Tropp 2011, algorithm 4.4) with Rayleigh–Ritz: k + max(10, k) Gaussian vectors, multiplied by
 * the matrix until the k values stand still, or MOST_SWEEPS times. Eigenvalues come out at most too small, by the
 * square of the angle to the true subspace.
 * @param matrix (n, n), both triangles, left as it is
 */
export function leadingEigen(
  matrix: Float64Array,
  n: number,
  k: number,
  seed: number,
  watch: Watch = {},
): Eigen {
  const size = Math.min(n, k + Math.max(10, k));
  const random = new Rng(seed, 'projection');
  let basis = new Float64Array(size * n);
  for (let i = 0; i < basis.length; i++) basis[i] = random.normal();
  orthonormalize(basis, size, n);
  let values = new Float64Array(k);
  for (let sweep = 0; ; sweep++) {
    throwIfStopped(watch, 'pca');
    const image = multiply(matrix, basis, size, n);
    const small = new Float64Array(size * size);
    addProducts(
      { out: small, width: size, lower: true },
      { rows: basis, count: size, at: 0 },
      { rows: image, count: size, at: 0 },
      n,
    );
    const ritz = symmetricEigen(small, size, size);
    const change = values.reduce((worst, old, i) => Math.max(worst, Math.abs(old - ritz.values[i]!)), 0);
    values = ritz.values.slice(0, k);
    watch.onProgress?.((sweep + 1) / MOST_SWEEPS);
    if ((sweep > 0 && change <= TOLERANCE * values[0]!) || sweep === MOST_SWEEPS) {
      return { values, vectors: combine(ritz.vectors, basis, k, size, n) };
    }
    basis = combine(ritz.vectors, image, size, size, n);
    orthonormalize(basis, size, n);
  }
}

/** @returns (size, n): the matrix times each row of the basis */
function multiply(
  matrix: Float64Array,
  basis: Float64Array,
  size: number,
  n: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(size * n);
  addProducts(
    { out, width: n, lower: false },
    { rows: basis, count: size, at: 0 },
    { rows: matrix, count: n, at: 0 },
    n,
  );
  return out;
}

/** @returns (count, n): row r is Σ weights[r, i] rows[i] */
function combine(
  weights: Float64Array,
  rows: Float64Array,
  count: number,
  size: number,
  n: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(count * n);
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < size; i++) {
      const weight = weights[r * size + i]!;
      for (let c = 0; c < n; c++) out[r * n + c]! += weight * rows[i * n + c]!;
    }
  }
  return out;
}

/**
 * Gram–Schmidt, twice over each row, which is enough for full precision. A row that depends on those before it (a
 * matrix of lower rank than the basis) becomes zero and stays without effect.
 */
function orthonormalize(basis: Float64Array, size: number, n: number): void {
  for (let i = 0; i < size; i++) {
    const row = basis.subarray(i * n, (i + 1) * n);
    const before = Math.sqrt(dot(row, row));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = basis.subarray(j * n, (j + 1) * n);
        const overlap = dot(row, other);
        for (let c = 0; c < n; c++) row[c]! -= overlap * other[c]!;
      }
    }
    const after = Math.sqrt(dot(row, row));
    const scale = after > 1e-14 * before ? 1 / after : 0;
    for (let c = 0; c < n; c++) row[c]! *= scale;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
