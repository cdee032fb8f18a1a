import { describe, expect, it } from 'vitest';
import { groupBySeeds, meanOf, meanSeries } from './seeds.ts';
import type { RunSpec } from '../run-spec.ts';

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
