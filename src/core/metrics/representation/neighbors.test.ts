import { describe, expect, it } from 'vitest';
import { nearestNeighbors } from './neighbors.ts';
import { gaussian, pointsOf } from './testing.ts';

describe('nearestNeighbors', () => {
  it('finds what sorting all distances finds', () => {
    const [count, width, k] = [50, 3, 7];
    const { data } = gaussian(count, width, 1);
    const { indices, distances } = nearestNeighbors(data, count, width, k);
    for (let i = 0; i < count; i++) {
      const all = Array.from({ length: count }, (_, j) => ({
        j,
        d: Math.hypot(...[0, 1, 2].map((c) => data[i * width + c]! - data[j * width + c]!)),
      }));
      const expected = all.sort((a, b) => a.d - b.d).slice(0, k);
      expect(indices[i]).toEqual(expected.map(({ j }) => j));
      for (const [r, { d }] of expected.entries()) expect(distances[i]![r]).toBeCloseTo(d, 12);
    }
  });

  it('puts a point before its copies and the lower index before the higher', () => {
    const { data } = pointsOf([[1], [0], [1], [1], [2]]);
    const { indices, distances } = nearestNeighbors(data, 5, 1, 4);
    expect(indices[2]).toEqual([2, 0, 3, 1]);
    expect(distances[2]).toEqual([0, 0, 0, 1]);
    expect(indices[4]).toEqual([4, 0, 2, 3]);
  });
});
