import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from './eigen.ts';
import { leadingEigen } from './subspace.ts';
import { gaussian } from './testing.ts';

/** XᵀX of a (rows, n) Gaussian matrix whose columns shrink. */
function semidefinite(n: number, rows: number, seed: number): Float64Array {
  const { data } = gaussian(rows, n, seed, (c) => 0.9 ** c);
  const out = new Float64Array(n * n);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) out[i * n + j]! += data[r * n + i]! * data[r * n + j]!;
  }
  return out;
}

function symmetric(n: number, seed: number): Float64Array {
  const { data } = gaussian(n, n, seed);
  return Float64Array.from(
    { length: n * n },
    (_, at) => data[at]! + data[(at % n) * n + Math.floor(at / n)]!,
  );
}

function diagonal(values: readonly number[]): Float64Array {
  const n = values.length;
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? values[at / (n + 1)]! : 0));
}

/** Greatest entry of A V − V Λ and of V Vᵀ − 1. */
function residual(
  matrix: Float64Array,
  n: number,
  values: Float64Array,
  vectors: Float64Array,
  k: number,
): number {
  let worst = 0;
  for (let v = 0; v < k; v++) {
    const z = vectors.subarray(v * n, (v + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = -values[v]! * z[i]!;
      for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * z[j]!;
      worst = Math.max(worst, Math.abs(sum));
    }
    for (let w = 0; w <= v; w++) {
      let dot = v === w ? -1 : 0;
      for (let i = 0; i < n; i++) dot += z[i]! * vectors[w * n + i]!;
      worst = Math.max(worst, Math.abs(dot));
    }
  }
  return worst;
}

describe('symmetricEigen', () => {
  const ones = new Float64Array(49).fill(1);
  const cases: [string, Float64Array, number][] = [
    ['one by one', Float64Array.of(-3), 1],
    ['two by two', Float64Array.of(2, -1, -1, 2), 2],
    ['zeros', new Float64Array(25), 5],
    ['the identity', diagonal([1, 1, 1, 1, 1, 1]), 6],
    ['a diagonal with repeats', diagonal([2, 5, 2, -1, 5, 5, 0]), 7],
    ['rank one', ones, 7],
    ['tiny numbers', symmetric(8, 1).map((v) => v * 1e-160), 8],
    ['huge numbers', symmetric(8, 2).map((v) => v * 1e150), 8],
    ['30 by 30', symmetric(30, 3), 30],
    ['61 by 61 of rank 20', semidefinite(61, 20, 4), 61],
  ];
  it.each(cases)('decomposes %s', (_, matrix, n) => {
    const { values, vectors } = symmetricEigen(matrix.slice(), n, n);
    const scale = Math.max(1e-300, ...matrix.map(Math.abs)) * n;
    const scaled = matrix.map((v) => v / scale);
    expect(
      residual(
        scaled,
        n,
        values.map((v) => v / scale),
        vectors,
        n,
      ),
    ).toBeLessThan(1e-13);
    expect([...values].every((v, i) => i === 0 || v <= values[i - 1]!)).toBe(true);
  });

  it('agrees with ml-matrix, an independent implementation', () => {
    const [n, k] = [80, 9];
    const matrix = symmetric(n, 5);
    const peer = new EigenvalueDecomposition(Matrix.from1DArray(n, n, matrix), { assumeSymmetric: true });
    const { values, vectors } = symmetricEigen(matrix.slice(), n, k);
    const expected = [...peer.realEigenvalues].sort((a, b) => b - a);
    expect(values.length).toBe(n);
    for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 10);
    expect(residual(matrix, n, values, vectors, k)).toBeLessThan(1e-11);
  });

  it('stops when asked to', () => {
    const stop = { shouldStop: () => true };
    expect(() => symmetricEigen(symmetric(20, 6), 20, 2, stop)).toThrow(
      expect.objectContaining({ code: 'CANCELLED' }),
    );
  });
});

describe('leadingEigen', () => {
  it('finds the leading part of what the exact method finds', () => {
    const [n, k] = [70, 6];
    const matrix = semidefinite(n, 200, 7);
    const kept = matrix.slice();
    const exact = symmetricEigen(matrix.slice(), n, k);
    const { values, vectors } = leadingEigen(matrix, n, k, 0);
    for (let i = 0; i < k; i++) expect(values[i]! / exact.values[i]!).toBeCloseTo(1, 9);
    // Vectors converge as the square root of the values: their change ends the sweeps at 1e-11.
    expect(residual(matrix, n, values, vectors, k) / values[0]!).toBeLessThan(1e-5);
    expect(matrix).toEqual(kept);
  });

  it('is as good on a matrix of lower rank than the vectors it works with', () => {
    const [n, rank] = [40, 3];
    const matrix = semidefinite(n, rank, 8);
    const exact = symmetricEigen(matrix.slice(), n, 6);
    const { values } = leadingEigen(matrix, n, 6, 1);
    for (let i = 0; i < 6; i++) expect(values[i]).toBeCloseTo(exact.values[i]!, 9);
  });

  it('does not depend on the seed beyond its tolerance', () => {
    const matrix = semidefinite(50, 100, 9);
    const [a, b] = [leadingEigen(matrix, 50, 4, 1), leadingEigen(matrix, 50, 4, 2)];
    for (let i = 0; i < 4; i++) expect(a.values[i]! / b.values[i]!).toBeCloseTo(1, 9);
    expect(a.vectors).not.toEqual(b.vectors);
  });
});
