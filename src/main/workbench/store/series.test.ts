import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/home.ts';
import { openStore, type Store } from './database.ts';
import { insertPoints } from './metrics.ts';
import { insertRun } from './runs.ts';
import { readSeries, seriesHeads } from './series.ts';

let store: Store;
let runs = 0;
beforeEach(() => {
  store = openStore(join(temporaryFolder(), 'clifford.db'));
  return () => store.dispose();
});

function thinned(points: readonly (readonly [number, number])[], maxPoints: number) {
  const id = `run${++runs}`;
  const createdAt = '2026-01-01T00:00:00.000Z';
  const run = { id, name: id, preset: null, spec: '{}', specHash: 'h', seed: 0, steps: 10, createdAt };
  return store.write((db) => {
    const { pk } = insertRun(db, run);
    insertPoints(
      db,
      pk,
      points.map(([step, value]) => ({ step, key: 'loss', value })),
    );
    return readSeries(db, seriesHeads(db, pk), maxPoints);
  });
}

test('a series keeps its first and last point, its extremes at their steps, and at most so many points', () => {
  const series = fc.uniqueArray(fc.tuple(fc.nat({ max: 5000 }), fc.integer({ min: -9, max: 9 })), {
    selector: ([step]) => step,
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(series, fc.integer({ min: 10, max: 60 }), (unsorted, maxPoints) => {
      const points = [...unsorted].sort((a, b) => a[0] - b[0]);
      const { series, thinned: isThinned } = thinned(points, maxPoints);
      const found = series.loss!;
      expect(isThinned).toBe(points.length > maxPoints);
      if (!isThinned) {
        expect(found).toEqual(points);
        return;
      }
      expect(found.length).toBeLessThanOrEqual(maxPoints);
      const all = new Map(points);
      // Every point is one of the series, at its own step, and steps ascend.
      for (const [step, value] of found) expect(all.get(step)).toBe(value);
      expect(found).toEqual([...found].sort((a, b) => a[0] - b[0]));
      expect([found[0], found.at(-1)]).toEqual([points[0], points.at(-1)]);
      const values = points.map(([, value]) => value);
      const kept = found.map(([, value]) => value);
      expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...values), Math.max(...values)]);
    }),
    { numRuns: 80 },
  );
});

test('a spike of one step in ten thousand stays where it was, and so does a dip beside it', () => {
  const points = Array.from({ length: 10_000 }, (_, i) => [i, Math.sin(i / 500)] as [number, number]);
  points[4321] = [4321, 50];
  points[4322] = [4322, -50];
  const { series } = thinned(points, 100);
  expect(series.loss).toContainEqual([4321, 50]);
  expect(series.loss).toContainEqual([4322, -50]);
  // Two of each of 49 stretches, the first and the last.
  expect(series.loss!.length).toBeGreaterThan(90);
  expect(series.loss!.length).toBeLessThanOrEqual(100);
});
