import { invariant } from '../../base/errors.ts';
import { throwIfStopped, type Watch } from './rows.ts';

/** Eigenvalues, descending, and the eigenvectors of the leading ones. */
export interface Eigen {
  readonly values: Float64Array;
  // vectors: (k, n) orthonormal, one row each
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues of a symmetric matrix and the eigenvectors of the k largest: Householder reduction to tridiagonal
 * form, then implicit QL (Golub and Van Loan, "Matrix Computations", 8.3). The eigenvectors do not cost the n³ that
 * accumulating them would: the rotations of the QL are written down and applied, last one first, to k unit vectors.
 * Unlike inverse iteration that keeps vectors of equal eigenvalues orthogonal, and equal eigenvalues are what a
 * perfect torus has.
 * @param matrix (n, n), overwritten; its lower triangle is read
 * @param k ≤ n
 */
export function symmetricEigen(matrix: Float64Array, n: number, k: number, watch: Watch = {}): Eigen {
  invariant(matrix.length === n * n && k <= n, `eigen: got ${matrix.length} numbers for side ${n}, k ${k}`);
  // To a largest entry near 1, by a power of two, so that squares neither overflow nor vanish and no digit is lost.
  let largest = 0;
  for (let i = 0; i < matrix.length; i++) largest = Math.max(largest, Math.abs(matrix[i]!));
  const unit = largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
  for (let i = 0; i < matrix.length; i++) matrix[i]! /= unit;
  const { diagonal, offDiagonal, scales } = tridiagonalize(matrix, n, watch);
  const rotations = new Rotations();
  implicitQl(diagonal, offDiagonal, n, rotations);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => diagonal[j]! - diagonal[i]! || i - j);
  const vectors = new Float64Array(k * n);
  for (let v = 0; v < k; v++) {
    throwIfStopped(watch, 'pca');
    const z = vectors.subarray(v * n, (v + 1) * n);
    z[order[v]!] = 1;
    rotations.applyBackwards(z);
    reflect(z, matrix, scales, n);
  }
  return { values: Float64Array.from(order, (i) => unit * diagonal[i]!), vectors };
}

/**
 * Householder reduction from the last row up, on the lower triangle, row by row. Reflection i (I − u uᵀ/h) acts on the
 * first i coordinates; its u stays in row i of the matrix and its h in `scales`.
 */
function tridiagonalize(a: Float64Array, n: number, watch: Watch) {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n); // [i] couples i − 1 and i
  const scales = new Float64Array(n);
  const p = new Float64Array(n);
  for (let i = n - 1; i >= 1; i--) {
    if (i % 16 === 0) {
      throwIfStopped(watch, 'pca');
      watch.onProgress?.(1 - (i / n) ** 3);
    }
    const row = i * n;
    diagonal[i] = a[row + i]!;
    let norm = 0;
    for (let k = 0; k < i - 1; k++) norm = Math.max(norm, Math.abs(a[row + k]!));
    if (norm === 0) {
      offDiagonal[i] = a[row + i - 1]!;
      continue;
    }
    norm = Math.max(norm, Math.abs(a[row + i - 1]!));
    // Scaled by its largest entry: a row may be far smaller than the matrix.
    let h = 0;
    for (let k = 0; k < i; k++) {
      const u = a[row + k]! / norm;
      a[row + k] = u;
      h += u * u;
    }
    const last = a[row + i - 1]!;
    const length = last >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
    offDiagonal[i] = norm * length;
    h -= last * length;
    a[row + i - 1] = last - length;
    scales[i] = h;

    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      const at = j * n;
      const u = a[row + j]!;
      let sum = 0;
      for (let k = 0; k < j; k++) {
        const value = a[at + k]!;
        sum += value * a[row + k]!;
        p[k]! += value * u;
      }
      p[j]! += sum + a[at + j]! * u;
    }
    let projection = 0;
    for (let j = 0; j < i; j++) {
      p[j]! /= h;
      projection += p[j]! * a[row + j]!;
    }
    const half = projection / (2 * h);
    for (let j = 0; j < i; j++) p[j]! -= half * a[row + j]!;
    for (let j = 0; j < i; j++) {
      const at = j * n;
      const u = a[row + j]!;
      const q = p[j]!;
      for (let k = 0; k <= j; k++) a[at + k]! -= u * p[k]! + q * a[row + k]!;
    }
  }
  diagonal[0] = a[0]!;
  return { diagonal, offDiagonal, scales };
}

/** Undoes the reduction for one eigenvector of the tridiagonal matrix. */
function reflect(z: Float64Array, a: Float64Array, scales: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) {
    const h = scales[i]!;
    if (h === 0) continue;
    const row = i * n;
    let dot = 0;
    for (let k = 0; k < i; k++) dot += a[row + k]! * z[k]!;
    dot /= h;
    for (let k = 0; k < i; k++) z[k]! -= dot * a[row + k]!;
  }
}

/** Sweeps that an eigenvalue may take; two are usual. */
const MOST_SWEEPS = 60;

/** Implicit QL with Wilkinson's shift. @param d overwritten by the eigenvalues, in no order */
function implicitQl(d: Float64Array, coupling: Float64Array, n: number, rotations: Rotations): void {
  const e = new Float64Array(n);
  e.set(coupling.subarray(1)); // e[i] couples i and i + 1
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
        if (Math.abs(e[m]!) <= Number.EPSILON * size) break;
      }
      if (m === l) break;
      invariant(sweep < MOST_SWEEPS, `eigen: eigenvalue ${l} of ${n} did not converge in ${sweep} sweeps`);
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          // Split: what was done so far stands, and the search for a block starts anew.
          d[i + 1]! -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotations.push(i, c, s);
      }
      if (r === 0 && i >= l) continue;
      d[l]! -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** The plane rotations of a QL, about 0.8 n² of them, in the order they were made. */
class Rotations {
  private static readonly CHUNK = 1 << 16;
  private readonly chunks: { planes: Int32Array; cosines: Float64Array; sines: Float64Array }[] = [];
  private used = Rotations.CHUNK;

  push(plane: number, cosine: number, sine: number): void {
    if (this.used === Rotations.CHUNK) {
      this.chunks.push({
        planes: new Int32Array(Rotations.CHUNK),
        cosines: new Float64Array(Rotations.CHUNK),
        sines: new Float64Array(Rotations.CHUNK),
      });
      this.used = 0;
    }
    const { planes, cosines, sines } = this.chunks.at(-1)!;
    planes[this.used] = plane;
    cosines[this.used] = cosine;
    sines[this.used] = sine;
    this.used++;
  }

  /** z ← R₁ R₂ … R_M z, where R_i takes the columns (i, i + 1) of the eigenvector matrix to (c·i − s·(i+1), s·i + c·(i+1)). */
  applyBackwards(z: Float64Array): void {
    for (let chunk = this.chunks.length - 1; chunk >= 0; chunk--) {
      const { planes, cosines, sines } = this.chunks[chunk]!;
      for (let j = (chunk === this.chunks.length - 1 ? this.used : Rotations.CHUNK) - 1; j >= 0; j--) {
        const i = planes[j]!;
        const [c, s] = [cosines[j]!, sines[j]!];
        const [low, high] = [z[i]!, z[i + 1]!];
        z[i] = c * low + s * high;
        z[i + 1] = c * high - s * low;
      }
    }
  }
}
