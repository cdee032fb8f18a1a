import { describe, expect, it } from 'vitest';
import { crossingOf, type TrendPoint } from './crossing.ts';

/** One curve for each seed, as { x: y }. */
const curves = (...seeds: Readonly<Record<number, number>>[]): TrendPoint[] =>
  seeds.flatMap((points, seed) => Object.entries(points).map(([x, y]) => ({ x: Number(x), y, seed })));
const linear = { level: 0.6, log: false };

describe('crossingOf', () => {
  it('lies between the two means around the level, on either axis', () => {
    const points = curves({ 10: 0.1, 100: 0.3, 1000: 0.9 }, { 1000: 0.7, 100: 0.5, 10: 0.1 });
    // Means 0.4 at 100 and 0.8 at 1000: half of the way.
    expect(crossingOf(points, linear)).toMatchObject({
      x: expect.closeTo(550, 9) as number,
      direction: 'rising',
      passes: 1,
      seeds: 2,
    });
    expect(crossingOf(points, { level: 0.6, log: true }).x).toBeCloseTo(10 ** 2.5, 9);
  });

  it('of a falling curve is where it first falls short, as with the width of a lesion', () => {
    const points = curves({ 1: 1, 3: 0.8, 5: 0.4, 8: 0.2 });
    expect(crossingOf(points, linear)).toMatchObject({ x: 4, direction: 'falling', interval: null });
  });

  it('is the very x whose mean is the level', () => {
    const points = curves({ 3: 0.2, 7: 0.6, 9: 0.9 });
    expect(crossingOf(points, { level: 0.6, log: true }).x).toBe(7);
  });

  it('is the first of several, and says that there are more', () => {
    const points = curves({ 0: 0, 1: 1, 2: 0, 3: 1 });
    expect(crossingOf(points, { level: 0.5, log: false })).toMatchObject({ x: 0.5, passes: 3 });
  });

  it('is nowhere if all means are on one side', () => {
    expect(crossingOf(curves({ 1: 0.7, 2: 0.6 }), linear)).toMatchObject({ x: null, side: 'above' });
    expect(crossingOf(curves({ 1: 0.1 }), linear)).toMatchObject({ x: null, side: 'below', interval: null });
  });

  it('has the interval of resampled seeds: with two seeds, the two and their mean', () => {
    // Alone they pass at 2 and at 6, together (slopes add) at 4: all of the percentiles between 25 % are the extremes.
    const points = curves({ 0: 0.4, 10: 1.4 }, { 0: 0, 10: 1 });
    const { x, interval } = crossingOf(points, linear);
    expect(x).toBeCloseTo(4, 12);
    expect(interval!.low).toBeCloseTo(2, 12);
    expect(interval!.high).toBeCloseTo(6, 12);
  });

  it('is open where resamples never pass within what was measured', () => {
    const never = curves({ 1: 0.1, 2: 0.9 }, { 1: 0.1, 2: 0.5 });
    expect(crossingOf(never, linear)).toMatchObject({ x: expect.closeTo(1.8333, 3) as number });
    expect(crossingOf(never, linear).interval).toMatchObject({ high: null, low: expect.closeTo(1.625, 9) });
    const already = curves({ 1: 0.1, 2: 0.9 }, { 1: 0.7, 2: 0.9 });
    expect(crossingOf(already, linear).interval!.low).toBeNull();
    expect(crossingOf(already, linear).interval!.high).toBeCloseTo(1.625, 9);
  });

  it('covers the true crossing about as often as it says, with ten seeds', () => {
    // Curves 0.1 x with a shift of their own, uniform in ±0.2: the mean passes 0.6 at x = 6 on average. A percentile
    // interval of ten covers somewhat less than 95 %; 100 rounds have a standard error of 3 %.
    let covered = 0;
    for (let round = 0; round < 100; round++) {
      const shifts = Array.from({ length: 10 }, (_, i) => uniform(round * 10 + i) * 0.4 - 0.2);
      const points = curves(
        ...shifts.map((s) => Object.fromEntries([2, 4, 6, 8, 10].map((x) => [x, 0.1 * x + s]))),
      );
      const { low, high } = crossingOf(points, { ...linear, seed: round }).interval!;
      if (low! <= 6 && 6 <= high!) covered++;
    }
    expect(covered).toBeGreaterThan(80);
    expect(covered).toBeLessThan(100);
  });

  it('keeps the runs of a seed together, whatever x they are at', () => {
    // The one passes at 3.33, the other at 4.29. Were each x resampled by itself, 0.4 of the one could be followed by 1.4
    // of the other, which passes at 2, or 0 by 1, which passes at 6.
    const { interval } = crossingOf(curves({ 0: 0.4, 10: 1 }, { 0: 0, 10: 1.4 }), linear);
    expect(interval!.low).toBeCloseTo(10 / 3, 9);
    expect(interval!.high).toBeCloseTo(30 / 7, 9);
  });

  it('bears runs that are missing at some x, and several of one seed', () => {
    const points: TrendPoint[] = [
      { x: 1, y: 0, seed: 3 },
      { x: 1, y: 0.2, seed: 3 },
      { x: 2, y: 1.1, seed: 9 },
    ];
    expect(crossingOf(points, linear).x).toBeCloseTo(1.5, 12);
    // Resamples of seed 3 alone never reach it, those of seed 9 alone have at their first x.
    expect(crossingOf(points, linear).interval).toEqual({ low: null, high: null });
  });

  it('refuses what has no place on the axis', () => {
    expect(() => crossingOf([], linear)).toThrow('got no points');
    expect(() => crossingOf(curves({ 0: 1 }), { level: 0.6, log: true })).toThrow(
      'got x = 0 on a logarithmic',
    );
    expect(() => crossingOf(curves({ 1: NaN }), linear)).toThrow('got the point (1, NaN)');
  });
});

/** A fixed pseudo-random number for each index (golden-ratio hashing): the test needs no generator of its own seed. */
function uniform(index: number): number {
  const hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(index + 7, 0x85ebca6b);
  return (((hash ^ (hash >>> 15)) * 2654435761) >>> 0) / 2 ** 32;
}
