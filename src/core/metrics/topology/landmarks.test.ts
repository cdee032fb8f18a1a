import { describe, expect, it } from 'vitest';
import { Rng } from '../../base/rng.ts';
import { angleGrid, cliffordTorus, torusOfRevolution } from '../representation/ideal.ts';
import type { Points } from '../representation/points.ts';
import { withinBottleneck } from '../testing/bottleneck.ts';
import { farthestPointLandmarks, takePoints } from './landmarks.ts';
import { persistence } from './persistence.ts';

function distance({ data, dimension }: Points, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < dimension; k++) sum += (data[i * dimension + k]! - data[j * dimension + k]!) ** 2;
  return Math.sqrt(sum);
}

const random = new Rng(4, 'noise');
const cloud: Points = {
  data: Float32Array.from({ length: 900 }, () => random.normal()),
  count: 300,
  dimension: 3,
};

describe('farthest-point landmarks', () => {
  it('cover all points within the radius that is reported, and no smaller one', () => {
    for (const k of [1, 2, 10, 80, 300]) {
      const { indices, coveringRadius } = farthestPointLandmarks(cloud, k);
      expect(indices).toHaveLength(k);
      expect(new Set(indices).size).toBe(k);
      let worst = 0;
      for (let i = 0; i < cloud.count; i++) {
        worst = Math.max(worst, Math.min(...Array.from(indices, (l) => distance(cloud, i, l))));
      }
      expect(coveringRadius).toBeCloseTo(worst, 12);
    }
  });

  it('are each the farthest from those before', () => {
    const { indices } = farthestPointLandmarks(cloud, 40, { first: 7 });
    expect(indices[0]).toBe(7);
    for (let k = 1; k < 40; k++) {
      const nearest = (i: number) =>
        Math.min(...Array.from(indices.slice(0, k), (l) => distance(cloud, i, l)));
      const farthest = Math.max(...Array.from({ length: cloud.count }, (_, i) => nearest(i)));
      expect(nearest(indices[k]!)).toBeCloseTo(farthest, 12);
    }
  });

  it('begin with the first point, and more of them continue fewer', () => {
    const many = farthestPointLandmarks(cloud, 50).indices;
    expect(many[0]).toBe(0);
    expect([...farthestPointLandmarks(cloud, 20).indices]).toEqual([...many.slice(0, 20)]);
  });

  it('move diagrams by at most twice the covering radius', () => {
    const shapes = [cliffordTorus(angleGrid(12, 12)), torusOfRevolution(angleGrid(14, 9)), cloud];
    for (const points of shapes) {
      const all = persistence(points, { maxDim: 1 }).diagrams;
      for (const k of [20, 60, 110]) {
        const { indices, coveringRadius } = farthestPointLandmarks(points, k);
        const some = persistence(takePoints(points, indices), { maxDim: 1 }).diagrams;
        all.forEach((bars, dimension) => {
          expect(withinBottleneck(bars, some[dimension]!, 2 * coveringRadius)).toBe(true);
        });
      }
    }
    // The bound says something: without it the loops of a circle and of nothing would be as near.
    const loops = persistence(shapes[0]!, { maxDim: 1 }).diagrams[1]!;
    expect(withinBottleneck(loops, [], 0.5)).toBe(false);
  });

  it('are as many as points are distinct, at most', () => {
    const data = new Float64Array([1, 2, 1, 3, 2, 3, 1]);
    const points = { data, count: 7, dimension: 1 };
    expect(farthestPointLandmarks(points, 3)).toEqual({
      indices: Int32Array.from([0, 3, 1]),
      coveringRadius: 0,
    });
    expect(() => farthestPointLandmarks(points, 5)).toThrow(
      'got 3 distinct points among 7, expected at least 5',
    );
  });

  it('refuse other numbers', () => {
    expect(() => farthestPointLandmarks(cloud, 301)).toThrow(
      'got 301, expected a whole number from 1 to the 300 points',
    );
    expect(() => farthestPointLandmarks(cloud, 2.5)).toThrow('got 2.5');
    expect(() => farthestPointLandmarks(cloud, 3, { first: 300 })).toThrow('got first landmark 300');
    const broken = { ...cloud, data: cloud.data.slice().fill(Infinity, 5, 6) };
    expect(() => farthestPointLandmarks(broken, 3)).toThrow('got Infinity at point 1, coordinate 2');
  });

  it('stop when told to', () => {
    const large = {
      data: new Float64Array(20_000 * 12).map((_, i) => Math.sin(i)),
      count: 20_000,
      dimension: 12,
    };
    let calls = 0;
    const stopped = () => farthestPointLandmarks(large, 100, { shouldStop: () => ++calls > 3 });
    expect(stopped).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
    expect(calls).toBe(4);
  });
});
