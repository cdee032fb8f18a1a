import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Point } from '../../../charts/smoothing.ts';
import { thinned } from './thin.ts';

const series = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -1000, max: 1000 })), {
    minLength: 1,
    maxLength: 300,
  })
  .map((steps) => {
    let x = 0;
    return steps.map(([by, y]): Point => [(x += by), y]);
  });

describe('thinned', () => {
  it('keeps points that were there, in order, no more than asked for', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 4, max: 60 }), (points, most) => {
        const kept = thinned(points, most);
        expect(kept.length).toBeLessThanOrEqual(Math.max(most, 1));
        expect(kept.every((point) => points.includes(point))).toBe(true);
        expect(kept.every(([x], i) => i === 0 || x > kept[i - 1]![0])).toBe(true);
      }),
    );
  });

  it('keeps both ends and the extremes', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 4, max: 60 }), (points, most) => {
        const kept = thinned(points, most);
        const values = (list: readonly Point[]) => list.map(([, y]) => y);
        expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
        expect(Math.max(...values(kept))).toBe(Math.max(...values(points)));
        expect(Math.min(...values(kept))).toBe(Math.min(...values(points)));
      }),
    );
  });

  it('returns the same array when there is nothing to leave out', () => {
    const points: Point[] = [
      [1, 1],
      [2, 2],
    ];
    expect(thinned(points, 4)).toBe(points);
  });
});
