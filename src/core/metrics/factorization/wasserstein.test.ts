import { describe, expect, it } from 'vitest';
import { Rng } from '../../base/rng.ts';
import { wasserstein1 } from './wasserstein.ts';

describe('wasserstein1', () => {
  it('has the values of the examples in the documentation of scipy.stats.wasserstein_distance', () => {
    expect(wasserstein1([0, 1, 3], [5, 6, 8])).toBeCloseTo(5, 12);
    // [0, 1] with weights [3, 1] against the same with [2, 2], written out.
    expect(wasserstein1([0, 0, 0, 1], [0, 0, 1, 1])).toBeCloseTo(0.25, 12);
  });

  it('agrees with scipy 1.17.1 on samples of five and seven', () => {
    expect(
      wasserstein1([-0.97, -0.92, -0.46, 0.27, 0.63], [-0.63, -0.35, -0.31, 0.02, 0.18, 0.47, 0.65]),
    ).toBeCloseTo(0.3331428571428571, 12);
  });

  it('of counts that differ is the area between the distribution functions, by hand', () => {
    // F jumps to 1/2 at 0 and to 1 at 1; G to 1/3 at 0, 2/3 at 0.5, 1 at 1: |1/2 − 1/3|·0.5 + |1/2 − 2/3|·0.5.
    expect(wasserstein1([0, 1], [0, 0.5, 1])).toBeCloseTo(1 / 6, 12);
    expect(wasserstein1([2], [-1, 5])).toBeCloseTo(3, 12);
  });

  it('equals the least cost of moving one sample onto the other, over all matchings', () => {
    const rng = new Rng(3, 'factorization');
    const sample = (n: number) => Array.from({ length: n }, () => rng.uniform() * 2 - 1);
    for (let round = 0; round < 20; round++) {
      const [a, b] = [sample(2), sample(3)];
      // Copies make the counts equal, which leaves the distributions as they are.
      const [as, bs] = [a.flatMap((v) => [v, v, v]), b.flatMap((v) => [v, v])];
      const least = Math.min(
        ...permutations(bs).map((order) => order.reduce((sum, v, i) => sum + Math.abs(v - as[i]!), 0) / 6),
      );
      expect(wasserstein1(a.toSorted(ascending), b.toSorted(ascending))).toBeCloseTo(least, 12);
    }
  });

  it('is refused for an empty sample', () => {
    expect(() => wasserstein1([], [1])).toThrow('got samples of 0 and 1, expected at least 1 each');
  });
});

const ascending = (a: number, b: number): number => a - b;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
