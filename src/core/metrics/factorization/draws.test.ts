import { describe, expect, it } from 'vitest';
import { Rng } from '../../base/rng.ts';
import { drawFours, drawRectangles, drawSteps } from './draws.ts';
import { labelGrid, transposed } from './grid.ts';

type Label = readonly [number, number];
const rng = () => new Rng(1, 'factorization');

/** A 5 × 4 grid with gaps, in an order of its own. */
const GAPS = new Set(['1,0', '3,2', '0,3', '4,3']);
const labels: Label[] = [];
for (let x = 4; x >= 0; x--) {
  for (let y = 0; y < 4; y++) if (!GAPS.has(`${x},${y}`)) labels.push([x * 0.1, y * 2]);
}
const grid = labelGrid(labels);

function drawn(draws: Int32Array): Label[][] {
  return Array.from({ length: draws.length / 4 }, (_, i) =>
    [...draws.subarray(4 * i, 4 * i + 4)].map((point) => labels[point]!),
  );
}

/** Each item as often as any other: the greatest deviation is below five standard errors. */
function expectUniform(items: readonly string[], kinds: number): void {
  const counts = [...Map.groupBy(items, (item) => item).values()].map((group) => group.length);
  expect(counts).toHaveLength(kinds);
  const mean = items.length / kinds;
  for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean));
}

describe('drawRectangles', () => {
  const expected = new Set<string>();
  for (const [i, [x, y]] of labels.entries()) {
    for (const [j, [x2, y2]] of labels.entries()) {
      if (x === x2 || y === y2) continue;
      const at = (u: number, v: number) => labels.findIndex(([a, b]) => a === u && b === v);
      if (at(x2, y) >= 0 && at(x, y2) >= 0) expected.add([i, at(x2, y), at(x, y2), j].join());
    }
  }

  it('draws every complete rectangle, in each of its four turns, equally often', () => {
    const draws = drawRectangles(grid, 60_000, rng());
    const found = Array.from({ length: 60_000 }, (_, i) => draws.subarray(4 * i, 4 * i + 4).join());
    expect(new Set(found)).toEqual(expected);
    expectUniform(found, expected.size);
  });

  it('orders the corners alike when y has fewer values than x', () => {
    for (const [a, b, c, d] of drawn(drawRectangles(grid, 50, rng()))) {
      expect([b![1], c![0], d!.join()]).toEqual([a![1], a![0], [b![0], c![1]].join()]);
      expect(b![0]).not.toBe(a![0]);
    }
    const flipped = labelGrid(labels.map(([x, y]) => [y, x] as const));
    for (const [a, b, c] of drawn(drawRectangles(flipped, 50, rng()))) {
      // Along the grid's own x, which is y of the labels.
      expect([b![0], c![1]]).toEqual([a![0], a![1]]);
    }
  });

  it('says so when no rectangle is complete', () => {
    const star = [0, 1, 2].flatMap((i): Label[] => [
      [i, i],
      [i, (i + 1) % 3],
    ]);
    expect(() => drawRectangles(labelGrid(star), 10, rng())).toThrow(
      'got no two values of x and two values of y with all four points (3 × 3 values)',
    );
  });
});

describe('drawFours', () => {
  it('draws four different points of one row, each order equally often', () => {
    const four = labelGrid([0, 1, 2].flatMap((y) => [0, 1, 2, 3].slice(0, y + 2).map((x): Label => [x, y])));
    const draws = drawFours(four, 24_000, rng());
    const found = Array.from({ length: 24_000 }, (_, i) => draws.subarray(4 * i, 4 * i + 4).join());
    expectUniform(found, 24); // only the last row has four
    expect(drawFours(transposed(four), 10, rng())).toHaveLength(0);
  });
});

describe('drawSteps', () => {
  it('draws equal steps from different bases, although multiples of 0.1 differ by rounding', () => {
    for (const draws of drawn(drawSteps(grid, 2000, rng()))) {
      const [a, b, c, d] = draws.map(([x]) => x) as [number, number, number, number];
      expect(b - a).toBeCloseTo(d - c, 12);
      expect(a).not.toBe(c);
      expect(a).not.toBe(b);
      expect(new Set(draws.map(([, y]) => y)).size).toBe(1);
    }
  });

  it('finds none where no two steps are equal', () => {
    const uneven = labelGrid([0, 1, 2].flatMap((y) => [0, 1, 3.5, 8].map((x): Label => [x, y])));
    expect(drawSteps(uneven, 100, rng())).toHaveLength(0);
    expect(drawSteps(transposed(uneven), 100, rng())).toHaveLength(400);
  });
});
