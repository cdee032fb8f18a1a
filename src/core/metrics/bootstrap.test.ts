import { describe, expect, it } from 'vitest';
import { Rng } from '../base/rng.ts';
import { bootstrapMeans, percentileInterval, quantile, RESAMPLES, weightedMedian } from './bootstrap.ts';

describe('bootstrapMeans', () => {
  it('has the spread of the mean: σ/√n, within five standard errors', () => {
    const n = 200;
    const rng = new Rng(5, 'noise');
    const values = Float64Array.from({ length: n }, () => rng.normal());
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const variance = values.reduce((a, v) => a + (v - mean) ** 2, 0) / n;
    const [resampled] = bootstrapMeans([values], new Rng(0, 'bootstrap'));
    const spread = Math.sqrt(resampled!.reduce((a, v) => a + (v - mean) ** 2, 0) / RESAMPLES);
    const expected = Math.sqrt(variance / n);
    expect(Math.abs(spread / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * RESAMPLES));
  });

  it('covers the true mean in about 95 of 100 samples', () => {
    let covered = 0;
    for (let i = 0; i < 300; i++) {
      const rng = new Rng(i, 'noise');
      const values = Float64Array.from({ length: 60 }, () => (rng.uniform() < 0.4 ? 1 : 0));
      const [resampled] = bootstrapMeans([values], new Rng(i, 'bootstrap'), 400);
      const { low, high } = percentileInterval(0, resampled!);
      if (low <= 0.4 && 0.4 <= high) covered++;
    }
    // Nominal 0.95; the percentile interval of 60 Bernoulli draws covers a little less. SE 0.013.
    expect(covered / 300).toBeGreaterThan(0.88);
    expect(covered / 300).toBeLessThan(0.99);
  });

  it('draws the same clusters for all columns', () => {
    const a = Float64Array.from({ length: 50 }, (_, i) => i);
    const [x, y] = bootstrapMeans([a, a.map((v) => 2 * v)], new Rng(1, 'bootstrap'), 20);
    expect(y).toEqual(x!.map((v) => 2 * v));
  });
});

describe('quantile and median', () => {
  it('interpolates between order statistics (NumPy: percentile([1, 2, 4, 8], 30) = 1.9)', () => {
    expect(quantile([1, 2, 4, 8], 0.3)).toBeCloseTo(1.9, 12);
    expect([quantile([3], 0.975), quantile([1, 2], 0), quantile([1, 2], 1)]).toEqual([3, 1, 2]);
  });

  it('weights the median, and is the usual one for equal weights', () => {
    const of = (...pairs: [number, number][]) =>
      weightedMedian(pairs.map(([value, weight]) => ({ value, weight })));
    expect(of([5, 1], [1, 1], [3, 1])).toBe(3);
    expect(of([5, 1], [1, 1], [3, 1], [4, 1])).toBe(3.5);
    expect(of([1, 10], [2, 1], [3, 1])).toBe(1);
    expect(of()).toBeNull();
  });
});
