import { describe, expect, it } from 'vitest';
import { PcaResult } from '../records-analysis.ts';
import reference from '../testing/reference.json' with { type: 'json' };
import { angleGrid, cliffordTorus, torusOfRevolution } from './ideal.ts';
import { unpack } from './packed.ts';
import { EXACT_UP_TO, LARGEST_SIDE, pca, pcaOfRows } from './pca.ts';
import type { Points } from './points.ts';
import { rowsOf, type RowSource } from './rows.ts';
import { embedded, gaussian, pointsOf } from './testing.ts';

const invalidInput = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(message) });

describe('pca', () => {
  // scikit-learn's numbers, six decimals.
  it.each(reference.pca)('agrees with scikit-learn on $name', (entry) => {
    const result = pca(pointsOf(entry.data));
    expect(result.explainedVariance).toHaveLength(entry.explainedVariance.length);
    for (const [i, value] of entry.explainedVariance.entries()) {
      expect(Math.abs(result.explainedVariance[i]! - value)).toBeLessThan(1e-5);
      expect(Math.abs(result.explainedVarianceRatio[i]! - entry.explainedVarianceRatio[i]!)).toBeLessThan(
        1e-5,
      );
    }
    expect(Math.abs(result.participationRatio - entry.participationRatio)).toBeLessThan(1e-5);
    const top4 = entry.explainedVarianceRatio.slice(0, 4).reduce((a, b) => a + b);
    expect(Math.abs(result.top4 - top4)).toBeLessThan(1e-5);
    expect(result.method).toBe('exact');
    expect(PcaResult.parse(result)).toEqual(result);
  });

  it('gives the ideal shapes their exact effective dimensions', () => {
    const grid = angleGrid(24, 24);
    const clifford = pca(cliffordTorus(grid));
    expect(clifford.participationRatio).toBeCloseTo(4, 12);
    expect(clifford.top4).toBeCloseTo(1, 12);
    // Variances over both angles: (R² + r²/2)/2 = 2.25 twice and r²/2 = 0.5, so (5)²/(2·2.25² + 0.5²).
    expect(pca(torusOfRevolution(grid)).participationRatio).toBeCloseTo(25 / 10.375, 12);
  });

  it('has a participation ratio that rotation, scale and offset leave alone', () => {
    const points = gaussian(40, 5, 1, (c) => 1 / (1 + c));
    const direct = pca(points);
    for (const into of [7, 64]) {
      const moved = pca(embedded(points, into, 2, 30, 1000));
      expect(moved.participationRatio / direct.participationRatio).toBeCloseTo(1, 8);
      expect(moved.totalVariance / direct.totalVariance / 900).toBeCloseTo(1, 8);
      for (let i = 0; i < 5; i++) {
        expect(moved.explainedVariance[i]! / direct.explainedVariance[i]! / 900).toBeCloseTo(1, 8);
      }
    }
  });

  // Both Gram sides: more points than dimensions, and fewer.
  it.each([
    [30, 6],
    [9, 20],
  ])('keeps all distances of %i points in %i dimensions in its scores', (count, dimension) => {
    const points = gaussian(count, dimension, 3);
    const result = pca(points, { components: 64 });
    const k = Math.min(count, dimension);
    expect(result.scores.shape).toEqual([count, k]);
    const scores = { data: unpack(result.scores) as Float32Array, count, dimension: k };
    for (const [i, j] of [
      [0, 1],
      [2, 7],
      [5, 8],
    ] as const) {
      expect(distance(scores, i, j)).toBeCloseTo(distance(points, i, j), 5);
    }
    for (let a = 0; a < k; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += scores.data[i * k + a]! * scores.data[i * k + b]!;
        expect(sum / (count - 1)).toBeCloseTo(a === b ? result.explainedVariance[a]! : 0, 5);
      }
    }
  });

  it.each([
    [30, 6],
    [9, 20],
  ])(
    'turns the largest loading of each component positive (%i points in %i dimensions)',
    (count, dimension) => {
      for (const seed of [4, 5, 6, 7]) {
        const points = gaussian(count, dimension, seed, (c) => 0.8 ** c);
        const result = pca(points, { components: 3 });
        const scores = unpack(result.scores);
        for (let k = 0; k < 3; k++) {
          const loadings = Array.from({ length: dimension }, (_, c) => {
            let sum = 0;
            for (let i = 0; i < count; i++) sum += points.data[i * dimension + c]! * scores[3 * i + k]!;
            return sum;
          });
          expect(Math.max(...loadings)).toBeGreaterThan(-Math.min(...loadings));
        }
      }
    },
  );

  it.each([
    [80, 40],
    [40, 90],
  ])('agrees between its methods on %i points in %i dimensions', (count, dimension) => {
    const points = gaussian(count, dimension, 8, (c) => 0.85 ** c);
    const exact = pca(points, { method: 'exact', components: 4 });
    const randomized = pca(points, { method: 'randomized', components: 4, seed: 3 });
    expect(randomized.method).toBe('randomized');
    expect(randomized.explainedVariance).toHaveLength(32);
    for (let i = 0; i < 8; i++) {
      expect(randomized.explainedVariance[i]! / exact.explainedVariance[i]!).toBeCloseTo(1, 8);
    }
    expect(randomized.participationRatio).toBe(exact.participationRatio);
    expect(randomized.totalVariance).toBe(exact.totalVariance);
    expect(randomized.top4).toBeCloseTo(exact.top4, 8);
    const [a, b] = [unpack(exact.scores), unpack(randomized.scores)];
    for (let i = 0; i < a.length; i++) expect(b[i]).toBeCloseTo(a[i]!, 4);
    // The sum of the spectrum's squares is what the participation ratio says it is.
    const squares = exact.explainedVariance.reduce((sum, v) => sum + v * v, 0);
    expect(exact.totalVariance ** 2 / squares).toBeCloseTo(exact.participationRatio, 9);
  });

  it('takes the exact method up to its limit and says so', () => {
    const points = gaussian(EXACT_UP_TO + 1, 3, 9);
    expect(pca(points).method).toBe('exact');
    expect(pca(gaussian(3, EXACT_UP_TO + 1, 9)).method).toBe('exact');
  });
});

describe('pcaOfRows', () => {
  it.each([
    [100, 12],
    [33, 70],
  ])('reads %i × %i in bounded blocks and finds what it finds in memory', (count, dimension) => {
    const points = gaussian(count, dimension, 10, (c) => 0.9 ** c);
    const whole = pca(points);
    for (const blockRows of [1, 7, 32]) {
      let largest = 0;
      const source: RowSource = {
        count,
        dimension,
        read(from, to) {
          largest = Math.max(largest, to - from);
          return Float64Array.from(points.data.subarray(from * dimension, to * dimension));
        },
      };
      const blocked = pcaOfRows(source, { blockRows });
      expect(largest).toBe(blockRows);
      expect(blocked.participationRatio).toBeCloseTo(whole.participationRatio, 11);
      for (const [i, variance] of whole.explainedVariance.entries()) {
        expect(blocked.explainedVariance[i]).toBeCloseTo(variance, 11);
      }
      const [a, b] = [unpack(whole.scores), unpack(blocked.scores)];
      for (let i = 0; i < a.length; i++) expect(b[i]).toBeCloseTo(a[i]!, 5);
    }
  });

  it('by default never asks for more than 16 MiB of float32 at once', () => {
    let largest = 0;
    // Rows that are made as they are read: nothing but a block is ever in memory.
    const source: RowSource = {
      count: 16,
      dimension: 300_000,
      read(from, to) {
        largest = Math.max(largest, (to - from) * 300_000);
        const rows = new Float32Array((to - from) * 300_000);
        for (let r = 0; r < to - from; r++) rows[r * 300_000 + from + r] = 1;
        return rows;
      },
    };
    const result = pcaOfRows(source);
    expect(largest).toBeLessThanOrEqual(2 ** 22);
    // Unit vectors, centred: 15 equal eigenvalues and a zero.
    expect(result.participationRatio).toBeCloseTo(15, 9);
  });

  it('rises from 0 to 1 and can be stopped at any time', () => {
    for (const [count, dimension, method] of [
      [60, 20, 'exact'],
      [20, 60, 'randomized'],
    ] as const) {
      const source = rowsOf(gaussian(count, dimension, 11));
      const seen: number[] = [];
      let asked = 0;
      pcaOfRows(source, {
        blockRows: 8,
        method,
        onProgress: (fraction) => void seen.push(fraction),
        shouldStop: () => (asked++, false),
      });
      expect(seen.every((fraction, i) => i === 0 || fraction >= seen[i - 1]!)).toBe(true);
      expect(seen[0]).toBeGreaterThan(0);
      expect(seen.at(-1)).toBe(1);
      for (let after = 0; after < asked; after += 5) {
        let left = after;
        expect(() => pcaOfRows(source, { blockRows: 8, method, shouldStop: () => left-- <= 0 })).toThrow(
          expect.objectContaining({ code: 'CANCELLED' }),
        );
      }
    }
  });
});

describe('bad input to pca', () => {
  it('says what was got and what was expected', () => {
    expect(() => pca(gaussian(1, 5, 0))).toThrow(invalidInput(/1 point, expected at least 2/));
    const broken = gaussian(6, 4, 0);
    broken.data[4 * 2 + 3] = NaN;
    expect(() => pca(broken)).toThrow(invalidInput(/NaN at point 2, coordinate 3/));
    expect(() => pcaOfRows(rowsOf(broken), { blockRows: 2 })).toThrow(
      invalidInput(/NaN at point 2, coordinate 3/),
    );
    const same = { data: new Float64Array(12).fill(0.1), count: 3, dimension: 4 };
    expect(() => pca(same)).toThrow(invalidInput(/3 points that are all the same/));
    for (const scale of [1e-80, 1e80]) {
      const data = Float64Array.from([1, 2, 4, 8, 16, 31], (value) => scale * value);
      expect(() => pca({ data, count: 3, dimension: 2 })).toThrow(invalidInput(/scale the points/));
    }
    expect(() => pca({ ...same, count: 4 })).toThrow(invalidInput(/12 numbers for 4 points/));
    expect(() => pca(gaussian(5, 5, 0), { components: 0 })).toThrow(invalidInput(/0 components/));
    const short: RowSource = { count: 9, dimension: 4, read: () => new Float32Array(4) };
    expect(() => pcaOfRows(short, { blockRows: 3 })).toThrow(invalidInput(/4 numbers, expected 3 rows of 4/));
  });

  it('refuses a Gram matrix that memory does not hold before it reads anything', () => {
    const huge: RowSource = {
      count: LARGEST_SIDE + 1,
      dimension: LARGEST_SIDE + 1,
      read: () => expect.unreachable('read'),
    };
    expect(() => pcaOfRows(huge)).toThrow(invalidInput(/side 8193; expected at most 8192 points/));
  });
});

function distance({ data, dimension }: Points, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < dimension; c++) sum += (data[i * dimension + c]! - data[j * dimension + c]!) ** 2;
  return Math.sqrt(sum);
}
