import { describe, expect, it } from 'vitest';
import { tQuantile } from './student-t.ts';

describe('tQuantile', () => {
  // scipy.stats.t.ppf (SciPy 1.x), 16 digits.
  it.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 4, 2.7764451051977934],
    [0.975, 9, 2.262157162798205],
    [0.975, 30, 2.0422724563012378],
    [0.95, 3, 2.3533634348018233],
    [0.995, 7, 3.4994832973504924],
    [0.6, 5, 0.2671808657041451],
    [0.975, 1000, 1.9623390808264083],
    [0.025, 4, -2.7764451051977943],
    [0.9995, 1, 636.6192487687897],
    [0.975, 2.5, 3.5746548420036817],
  ])('of p = %d and %d degrees of freedom is that of SciPy', (p, degrees, expected) => {
    // 1e-10: lgamma's 1e-14 times the conditioning of the far tail.
    expect(Math.abs(tQuantile(p, degrees) / expected - 1)).toBeLessThan(1e-10);
  });

  it('refuses what is no probability and no degrees of freedom', () => {
    expect(() => tQuantile(1, 4)).toThrow(/probability/);
    expect(() => tQuantile(0.9, 0)).toThrow(/degrees of freedom/);
  });
});
