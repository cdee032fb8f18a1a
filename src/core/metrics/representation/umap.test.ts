import { describe, expect, it } from 'vitest';
import { UmapResult } from '../records-analysis.ts';
import { angleGrid, cliffordTorus } from './ideal.ts';
import { unpack } from './packed.ts';
import type { Points } from './points.ts';
import { embedded, gaussian } from './testing.ts';
import { umap } from './umap.ts';

/** Three clusters of 20, far apart. */
function clusters(dimension: number): Points {
  const points = gaussian(60, dimension, 1);
  for (let i = 0; i < 60; i++) points.data[i * dimension + (i % 3)]! += 40;
  return points;
}

describe('umap', () => {
  it('keeps clusters together that lie far apart, also beyond 50 dimensions', () => {
    for (const dimension of [5, 80]) {
      const result = umap(clusters(dimension), { neighbors: 8 });
      expect(UmapResult.parse(result)).toEqual(result);
      expect(result.embedding.shape).toEqual([60, 2]);
      expect(nearestOfOwn(unpack(result.embedding) as Float32Array, 2, (i) => i % 3)).toBe(60);
    }
  });

  it('keeps neighbours on a torus neighbours', () => {
    // Each point's nearest in the embedding is among its 8 grid neighbours, but for a few at the cuts.
    const n = 14;
    const { embedding } = umap(cliffordTorus(angleGrid(n, n)), { components: 3, seed: 2 });
    const data = unpack(embedding) as Float32Array;
    let near = 0;
    for (let i = 0; i < n * n; i++) {
      const j = nearest(data, 3, i);
      const [dx, dy] = [Math.abs((i % n) - (j % n)), Math.abs(Math.floor(i / n) - Math.floor(j / n))];
      if (Math.max(Math.min(dx, n - dx), Math.min(dy, n - dy)) <= 1) near++;
    }
    expect(near / (n * n)).toBeGreaterThan(0.9);
  });

  it('keeps the order of clusters on a line, which random starting positions would not', () => {
    const points = gaussian(100, 4, 6);
    for (let i = 0; i < 100; i++) points.data[4 * i]! += 30 * (i % 5);
    const data = unpack(umap(points, { neighbors: 8 }).embedding);
    const centres = [0, 1, 2, 3, 4].map((cluster) =>
      [0, 1].map((c) => {
        let sum = 0;
        for (let i = cluster; i < 100; i += 5) sum += data[2 * i + c]! / 20;
        return sum;
      }),
    );
    const along = centres[4]!.map((end, c) => end - centres[0]![c]!);
    const places = centres.map(([u, v]) => u! * along[0]! + v! * along[1]!);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('is a function of its seed', () => {
    const points = clusters(6);
    const run = (seed: number) => umap(points, { neighbors: 5, seed }).embedding.base64;
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });

  it('tells its progress and stops when asked to', () => {
    const points = embedded(clusters(5), 60, 3);
    const seen: number[] = [];
    umap(points, { neighbors: 5, onProgress: (fraction) => void seen.push(fraction) });
    expect(seen.every((fraction, i) => i === 0 || fraction >= seen[i - 1]!)).toBe(true);
    expect(seen.at(-1)).toBe(1);
    for (const after of [0, 3, 40, 200]) {
      let left = after;
      expect(() => umap(points, { neighbors: 5, shouldStop: () => left-- <= 0 })).toThrow(
        expect.objectContaining({ code: 'CANCELLED' }),
      );
      expect(left).toBe(-1);
    }
  });

  it('says what is wrong with its input', () => {
    const points = gaussian(15, 3, 4);
    expect(() => umap(points)).toThrow(/15 points, expected more than the 15 neighbours/);
    expect(() => umap(points, { neighbors: 1 })).toThrow(/1 neighbours, expected/);
    expect(() => umap(points, { neighbors: 5, minDist: -1 })).toThrow(/minDist -1/);
    points.data[7] = Infinity;
    expect(() => umap(points, { neighbors: 5 })).toThrow(/Infinity at point 2, coordinate 1/);
    const same = { data: new Float32Array(60).fill(2), count: 20, dimension: 3 };
    expect(() => umap(same, { neighbors: 5 })).toThrow(/all the same/);
  });

  it('copes with points that appear twice', () => {
    const points = gaussian(40, 4, 5);
    points.data.set(points.data.subarray(0, 80), 80);
    const data = unpack(umap(points, { neighbors: 6 }).embedding);
    expect(data.every(Number.isFinite)).toBe(true);
  });
});

function nearest(data: Float32Array, k: number, i: number): number {
  let best = -1;
  let least = Infinity;
  for (let j = 0; j < data.length / k; j++) {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += (data[i * k + c]! - data[j * k + c]!) ** 2;
    if (j !== i && sum < least) [best, least] = [j, sum];
  }
  return best;
}

function nearestOfOwn(data: Float32Array, k: number, group: (i: number) => number): number {
  let own = 0;
  for (let i = 0; i < data.length / k; i++) if (group(nearest(data, k, i)) === group(i)) own++;
  return own;
}
