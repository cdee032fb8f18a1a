import { describe, expect, it } from 'vitest';
import { groupBySeeds, meanOf, meanSeries } from './seeds.ts';
import { tQuantile } from './student-t.ts';
import type { RunSpec } from '../run-spec.ts';

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

describe('meanOf', () => {
  it('has the 95 % t interval of SciPy', () => {
    // scipy.stats.t.interval(0.95, 4, loc=mean, scale=std(ddof=1)/sqrt(5)).
    const { n, mean, low, high } = meanOf([0.31, 0.42, 0.28, 0.39, 0.35]);
    expect(n).toBe(5);
    expect(mean).toBeCloseTo(0.35, 14);
    expect(low).toBeCloseTo(0.2792142611508864, 12);
    expect(high).toBeCloseTo(0.4207857388491136, 12);
  });

  it('of one value claims no interval, of equal values one of width 0', () => {
    expect(meanOf([0.4])).toEqual({ n: 1, mean: 0.4, low: null, high: null });
    expect(meanOf([2, 2, 2])).toEqual({ n: 3, mean: 2, low: 2, high: 2 });
    expect(() => meanOf([])).toThrow(/at least one/);
  });
});

describe('meanSeries', () => {
  const a = [
    [0, 1],
    [10, 3],
    [20, 5],
  ] as const;
  const b = [
    [0, 3],
    [10, 5],
  ] as const;

  it('keeps the steps that all have, so that a run cut short leaves no jump', () => {
    expect(meanSeries([a, b]).map(({ step, n, mean }) => [step, n, mean])).toEqual([
      [0, 2, 2],
      [10, 2, 4],
    ]);
  });

  it('keeps more when asked, and says of how many runs each point is the mean', () => {
    expect(meanSeries([b, a], 1).map(({ step, n, mean }) => [step, n, mean])).toEqual([
      [0, 2, 2],
      [10, 2, 4],
      [20, 1, 5],
    ]);
    expect(meanSeries([b, a], 1).at(-1)).toMatchObject({ low: null, high: null });
    expect(() => meanSeries([a, b], 3)).toThrow(/expected 1 to 2/);
    expect(meanSeries([])).toEqual([]);
  });

  it('of a single series is that series without a band', () => {
    expect(meanSeries([a]).map(({ step, mean, low }) => [step, mean, low])).toEqual([
      [0, 1, null],
      [10, 3, null],
      [20, 5, null],
    ]);
  });
});

it('groups runs that differ in the seed alone, in order of appearance', () => {
  const spec = (steps: number, seed: number) => ({ training: { steps }, seed }) as unknown as RunSpec;
  const runs = [spec(5, 0), spec(9, 0), spec(5, 1), spec(5, 0)].map((s, id) => ({ id, spec: s }));
  expect(groupBySeeds(runs).map((group) => group.runs.map((run) => run.id))).toEqual([[0, 2, 3], [1]]);
});
