import { describe, expect, it } from 'vitest';
import { SimilarityResult } from '../records-analysis.ts';
import { angleGrid, cliffordTorus, torusOfRevolution } from './ideal.ts';
import type { Label } from './labels.ts';
import { unpack } from './packed.ts';
import type { Points } from './points.ts';
import { similarity } from './similarity.ts';
import { embedded, gaussian, pointsOf } from './testing.ts';

/** Labels of a grid, x fastest. */
function gridLabels(nx: number, ny: number): Label[] {
  return Array.from({ length: nx * ny }, (_, i) => [i % nx, Math.floor(i / nx)]);
}

function codeOf(labels: readonly Label[], code: (x: number, y: number) => number[]): Points {
  return pointsOf(labels.map(([x, y]) => code(x, y)));
}

describe('similarity', () => {
  it('finds an additive code additive, and equal to its factorized neighbour', () => {
    const labels = gridLabels(7, 5);
    const points = codeOf(labels, (x, y) => [x * x + Math.sin(y), 3 - y, Math.exp(x / 3), x - 2 * y * y]);
    for (const measure of ['cosine', 'correlation', 'distance'] as const) {
      const result = similarity(points, labels, { measure });
      expect(SimilarityResult.parse(result)).toEqual(result);
      expect(result.additiveShare).toBeCloseTo(1, 12);
      expectClose(unpack(result.factorized), unpack(result.matrix), 1e-5);
    }
    expect(similarity(cliffordTorus(angleGrid(8, 8)), gridLabels(8, 8)).additiveShare).toBeCloseTo(1, 12);
  });

  it('finds less in a code of products', () => {
    // cos x · cos y has no main effect at all on a full period.
    const labels = gridLabels(8, 8);
    const turn = Math.PI / 4;
    const products = codeOf(labels, (x, y) => [Math.cos(turn * x) * Math.cos(turn * y)]);
    expect(similarity(products, labels).additiveShare).toBeCloseTo(0, 12);
    // On the torus of revolution (R + r cos b) cos a, of the variances 2.25, 2.25 and 0.5 the interactions
    // r cos b cos a and r cos b sin a take 0.25 each.
    const torus = torusOfRevolution(angleGrid(8, 8));
    expect(similarity(torus, labels).additiveShare).toBeCloseTo(1 - 0.5 / 5, 12);
  });

  it('has the additive fit that no other additive code is nearer than', () => {
    // Least squares: the residual of the fit is orthogonal to every function of x and every function of y, so its
    // distances agree with those of cell means computed the long way.
    const labels = gridLabels(4, 3);
    const points = gaussian(12, 6, 1);
    const result = similarity(points, labels, { measure: 'distance' });
    const at = (x: number, y: number, c: number) => points.data[(y * 4 + x) * 6 + c]!;
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    const fit = (x: number, y: number, c: number) =>
      mean([0, 1, 2].map((j) => at(x, j, c))) + mean([0, 1, 2, 3].map((i) => at(i, y, c)));
    const factorized = unpack(result.factorized);
    for (const [a, [x, y]] of result.labels.entries()) {
      for (const [b, [u, v]] of result.labels.entries()) {
        const squares = [0, 1, 2, 3, 4, 5].map((c) => (fit(x, y, c) - fit(u, v, c)) ** 2);
        expect(factorized[a * 12 + b]).toBeCloseTo(Math.sqrt(squares.reduce((s, q) => s + q)), 5);
      }
    }
  });

  it('knows the cosines of the Clifford torus', () => {
    // (cos Δx + cos Δy) / 2
    const labels = gridLabels(6, 6);
    const result = similarity(embedded(cliffordTorus(angleGrid(6, 6)), 11, 2, 3, 50), labels, { perAxis: 6 });
    const matrix = unpack(result.matrix);
    for (const [a, [x, y]] of result.labels.entries()) {
      for (const [b, [u, v]] of result.labels.entries()) {
        const turn = Math.PI / 3;
        expect(matrix[a * 36 + b]).toBeCloseTo((Math.cos(turn * (x - u)) + Math.cos(turn * (y - v))) / 2, 5);
      }
    }
  });

  it('orders rows by either feature, whatever the order of the points', () => {
    const labels = gridLabels(3, 4);
    const points = gaussian(12, 5, 3);
    const order = [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4];
    const shuffled = pointsOf(order.map((i) => Array.from(points.data.subarray(5 * i, 5 * i + 5))));
    const byX = similarity(points, labels);
    expect(byX.labels.slice(0, 5)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 0],
    ]);
    const again = similarity(
      shuffled,
      order.map((i) => labels[i]!),
    );
    expect(again.labels).toEqual(byX.labels);
    expectClose(unpack(again.matrix), unpack(byX.matrix), 1e-6);
    const byY = similarity(points, labels, { order: 'y-then-x' });
    expect(byY.labels.slice(0, 4)).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
    ]);
    // (0, 1) against (2, 0) in both orders.
    expect(unpack(byY.matrix)[3 * 12 + 2]).toBeCloseTo(unpack(byX.matrix)[1 * 12 + 8]!, 6);
  });

  it('chooses an even sub-grid', () => {
    const labels = gridLabels(16, 16);
    const result = similarity(gaussian(256, 4, 4), labels, { perAxis: 4 });
    expect([...new Set(result.labels.map(([x]) => x))]).toEqual([2, 6, 10, 14]);
    expect(result.matrix.shape).toEqual([16, 16]);
    // The share is of all labels, not of the chosen ones.
    const all = similarity(gaussian(256, 4, 4), labels, { perAxis: 16 });
    expect(result.additiveShare).toBe(all.additiveShare);
  });

  it('correlates over coordinates', () => {
    const labels = gridLabels(2, 2);
    const points = gaussian(4, 9, 5);
    const matrix = unpack(similarity(points, labels, { measure: 'correlation' }).matrix);
    const centred = labels.map((_, i) =>
      Array.from({ length: 9 }, (_, c) => {
        const column = [0, 1, 2, 3].map((r) => points.data[9 * r + c]!);
        return points.data[9 * i + c]! - column.reduce((a, b) => a + b) / 4;
      }),
    );
    const pearson = (a: number[], b: number[]) => {
      const mean = (v: number[]) => v.reduce((s, q) => s + q) / v.length;
      const cov = (u: number[], v: number[]) => mean(u.map((q, i) => q * v[i]!)) - mean(u) * mean(v);
      return cov(a, b) / Math.sqrt(cov(a, a) * cov(b, b));
    };
    // The matrix runs over x first: its second label is (0, 1), the third point.
    expect(matrix[1]).toBeCloseTo(pearson(centred[0]!, centred[2]!), 5);
  });

  it('has no cosine for a representation at the mean', () => {
    const labels = gridLabels(3, 3);
    const points = codeOf(labels, (x, y) => [x - 1, y - 1]);
    const { matrix } = similarity(points, labels);
    expect(unpack(matrix)[4 * 9 + 4]).toBeNaN();
    expect(unpack(matrix)[4]).toBeNaN();
    expect(unpack(matrix)[1]).not.toBeNaN();
    // A code of products alone has a factorized neighbour that is constant: no direction anywhere.
    const xor = codeOf(gridLabels(2, 2), (x, y) => [0.1 * (x === y ? 1 : -1), 0.3]);
    const result = similarity(xor, gridLabels(2, 2));
    expect([...unpack(result.factorized)].every(Number.isNaN)).toBe(true);
  });

  it('says what is wrong with its input', () => {
    const labels = gridLabels(4, 3);
    const points = gaussian(12, 3, 6);
    expect(() => similarity(points, labels.slice(1))).toThrow(/11 labels for 12 points/);
    const twice = labels.with(5, labels[0]!);
    expect(() => similarity(points, twice)).toThrow(/\(0, 0\) twice/);
    const { data } = points;
    const fewer = { data: data.subarray(0, 33), count: 11, dimension: 3 };
    expect(() => similarity(fewer, labels.slice(1))).toThrow(
      /11 labels over 4 values of x and 3 of y, expected all 12/,
    );
    expect(() => similarity(points, gridLabels(12, 1))).toThrow(/12 values of x and 1 of y/);
    expect(() => similarity(points, labels.with(3, [NaN, 0]))).toThrow(/label \(NaN, 0\) at point 3/);
    expect(() => similarity(points, labels, { perAxis: 1 })).toThrow(/1 label along each axis/);
    expect(() => similarity({ ...points, data: new Float64Array(36).fill(7) }, labels)).toThrow(
      /all the same/,
    );
    points.data[10] = NaN;
    expect(() => similarity(points, labels)).toThrow(/NaN at point 3, coordinate 1/);
    expect(() => similarity(gaussian(12, 3, 6), labels, { shouldStop: () => true })).toThrow(
      expect.objectContaining({ code: 'CANCELLED' }),
    );
  });
});

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(tolerance);
}
