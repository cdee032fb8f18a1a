import { describe, expect, it } from 'vitest';
import { clipRange, logPoints, logTicks, smooth, type Point } from './smoothing.ts';

const every = (values: readonly number[], gap = 1): Point[] => values.map((y, i) => [i * gap, y]);

describe('smooth', () => {
  it('keeps a constant curve from its first point on (an average that is not debiased starts near zero)', () => {
    for (const [, y] of smooth(every([3, 3, 3, 3]), 0.9)) expect(y).toBeCloseTo(3, 12);
  });

  it('is the debiased average of the textbook on even points', () => {
    // w = 0.5 by hand: 1, (0.5·1·0.5 + 0.5·3)/(1 − 0.25), …
    const values = smooth(every([1, 3, 5], 10), 0.5).map(([, y]) => y);
    expect(values[0]).toBeCloseTo(1, 12);
    expect(values[1]).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75, 12);
    expect(values[2]).toBeCloseTo((0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875, 12);
  });

  it('returns the values as they are with weight 0', () => {
    const points = every([4, -1, 7]);
    expect(smooth(points, 0)).toEqual(points);
  });

  it('lets a far point count for as much as the points that were thinned away', () => {
    const near = smooth(every([0, 1]), 0.9, 1)[1]![1];
    const far = smooth(
      [
        [0, 0],
        [5, 1],
      ],
      0.9,
      1,
    )[1]![1];
    expect(far).toBeGreaterThan(near);
  });

  it('leaves out what is not finite, and goes on after it', () => {
    const values = smooth(every([2, NaN, 2]), 0.9).map(([, y]) => y);
    expect(values[1]).toBeNaN();
    expect(values[2]).toBeCloseTo(2, 12);
  });

  it('does not change what it said when later points arrive, given the spacing', () => {
    const values = [5, 3, 4, 1, 2];
    const short = smooth(every(values.slice(0, 3)), 0.8, 1);
    expect(smooth(every(values), 0.8, 1).slice(0, 3)).toEqual(short);
  });
});

describe('clipRange', () => {
  it('leaves out one spike among a hundred values', () => {
    const values = [...Array.from({ length: 99 }, (_, i) => i / 98), 1e6];
    const [low, high] = clipRange([values], 0.02, false)!;
    expect(low).toBeLessThanOrEqual(0.02);
    expect(high).toBeGreaterThan(0.95);
    expect(high).toBeLessThan(2);
  });

  it('keeps a whole quiet curve beside a wild one', () => {
    const [low] = clipRange(
      [
        [0, 0, 0, 0.1],
        [50, 60, 70, 80],
      ],
      0.1,
      false,
    )!;
    expect(low).toBeLessThanOrEqual(0);
  });

  it('stays above zero on a logarithmic axis', () => {
    expect(clipRange([[-1, 0, 0.01, 0.1, 1]], 0.01, true)![0]).toBeGreaterThan(0);
  });

  it('has no opinion on a flat or empty curve', () => {
    expect(clipRange([[2, 2, 2]], 0.02, false)).toBeNull();
    expect(clipRange([[]], 0.02, false)).toBeNull();
  });
});

it('ends a linear axis at round numbers around what is shown', () => {
  expect(clipRange([[0.0131, 0.0947]], 0, false)).toEqual([0, 0.1]);
  expect(clipRange([[410, 690]], 0, false)).toEqual([400, 700]);
});

describe('logTicks', () => {
  it('always marks several values, whatever the range', () => {
    for (const range of [
      [0.196, 1.33],
      [1e-9, 1],
      [0.02, 0.05],
      [3, 4000],
    ] as const) {
      const ticks = logTicks(range);
      expect([range, ticks.length > 1 && ticks.length < 14]).toEqual([range, true]);
      expect(ticks.every((t) => t >= range[0] && t <= range[1])).toBe(true);
    }
  });

  it('writes them exactly', () => {
    expect(logTicks([0.04, 0.6])).toEqual([0.05, 0.1, 0.2, 0.5]);
  });
});

it('makes gaps of values that a logarithmic axis cannot show', () => {
  expect(logPoints(every([1, 0, -2, 3])).map(([, y]) => y)).toEqual([1, NaN, NaN, 3]);
});
