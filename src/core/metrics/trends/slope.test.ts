import { describe, expect, it } from 'vitest';
import { powerLaw } from './slope.ts';

describe('powerLaw', () => {
  it('finds an exact power law, whatever the order of its points', () => {
    const law = powerLaw([4, 1, 32, 8].map((x) => [x, 3 * x ** 2] as const));
    expect(law.slope).toBeCloseTo(2, 12);
    expect(law.factor).toBeCloseTo(3, 12);
    expect(law.high! - law.low!).toBeLessThan(1e-6);
  });

  it('has the slope and the t interval of least squares, by hand', () => {
    // log x = −1, 0, 1; log y = 0, 1, 5: slope 5/2, residuals ½, −1, ½, so s² = 3/2 with one degree of freedom, and the
    // standard error is √(3/2 / 2). t(0.975, 1) = tan(0.475 π) = 12.706204736.
    const law = powerLaw([
      [Math.exp(-1), 1],
      [1, Math.E],
      [Math.E, Math.exp(5)],
    ]);
    const half = 12.706204736432095 * Math.sqrt(0.75);
    expect(law.slope).toBeCloseTo(2.5, 12);
    expect(law.factor).toBeCloseTo(Math.exp(2), 9);
    expect(law.low).toBeCloseTo(2.5 - half, 8);
    expect(law.high).toBeCloseTo(2.5 + half, 8);
  });

  it('agrees with linregress and t.ppf of scipy 1.17.1', () => {
    const [x, y] = [
      [8, 16, 24, 32, 48],
      [30, 110, 300, 420, 1300],
    ];
    const law = powerLaw(x.map((size, i) => [size, y[i]!] as const));
    expect(law.slope).toBeCloseTo(2.0706060764934757, 12);
    expect(law.low).toBeCloseTo(1.740927314592705, 10);
    expect(law.high).toBeCloseTo(2.4002848383942466, 10);
  });

  it('has no interval of two points', () => {
    const law = powerLaw([
      [16, 100],
      [32, 200],
    ]);
    expect(law).toMatchObject({ points: 2, low: null, high: null });
    expect(law.slope).toBeCloseTo(1, 12);
  });

  it('is refused where there is no logarithm or no slope', () => {
    const at = (x: number, y: number) => [x, y] as const;
    expect(() => powerLaw([at(1, 1), at(2, 0)])).toThrow('got the point (2, 0), expected positive numbers');
    expect(() => powerLaw([at(2, 1), at(2, 3)])).toThrow('got 2 points of one x, expected at least two');
  });
});
