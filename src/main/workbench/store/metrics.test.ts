import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanUp, temporaryFolder } from '../testing/home.ts';
import type { MetricPoint } from '../../../shared/records.ts';
import { openStore, type Store } from './database.ts';
import { dropPointsAfter, insertPoints, readPoints, readSummaries, type MetricSummary } from './metrics.ts';
import { readEvaluations } from './evaluations.ts';
import { deleteRun, findRuns, insertRun, summarizeRuns } from './runs.ts';
import { metricPoints, metricSeries } from './schema.ts';

function openTestStore(): Store {
  const store = openStore(join(temporaryFolder(), 'clifford.db'));
  cleanUp(() => store.dispose());
  return store;
}

let runs = 0;
function addRun(store: Store): number {
  const id = `run${String(++runs).padStart(7, '0')}`;
  const createdAt = '2026-01-01T00:00:00.000Z';
  const run = { id, name: id, preset: null, spec: '{}', specHash: 'h', seed: 0, steps: 10, createdAt };
  return store.write((db) => insertRun(db, run).pk);
}

/** The summary by its definition: ties of the minimum and maximum go to the earliest step. */
function summaryOf(key: string, points: readonly [number, number][]): MetricSummary {
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  const pick = (better: (a: number, b: number) => boolean) =>
    sorted.reduce((best, p) => (better(p[1], best[1]) ? p : best));
  return {
    key,
    points: points.length,
    latest: sorted.at(-1)!,
    min: pick((a, b) => a < b),
    max: pick((a, b) => a > b),
  };
}

test('summaries kept on insert equal those computed from the points, whatever comes', () => {
  const store = openTestStore();
  const point = fc.record({
    step: fc.integer({ min: 0, max: 12 }),
    key: fc.constantFrom('loss', 'rate'),
    value: fc.integer({ min: -3, max: 3 }),
  });
  // Bugs this catches: a replaced minimum that stays, points out of order taken for the latest, ties, and leftovers of
  // dropped points.
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.array(point, { minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.record({ dropAfter: fc.integer({ min: -1, max: 12 }) }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 8 }), (actions) => {
      const pk = addRun(store);
      const model = new Map<string, Map<number, number>>();
      for (const a of actions) {
        if (Array.isArray(a)) {
          store.write((db) => insertPoints(db, pk, a));
          for (const { key, step, value } of a) {
            model.set(key, (model.get(key) ?? new Map<number, number>()).set(step, value));
          }
        } else {
          store.write((db) => dropPointsAfter(db, pk, a.dropAfter));
          for (const series of model.values()) {
            for (const step of series.keys()) if (step > a.dropAfter) series.delete(step);
          }
        }
      }
      const expected = [...model]
        .filter(([, series]) => series.size > 0)
        .map(([key, series]) => [key, [...series].sort((a, b) => a[0] - b[0])] as const);
      expect(store.read((db) => readPoints(db, pk))).toEqual(Object.fromEntries(expected));
      expect(store.read((db) => readSummaries(db, pk))).toEqual(
        expected.map(([key, points]) => summaryOf(key, points)).sort((a, b) => (a.key < b.key ? -1 : 1)),
      );
    }),
    { numRuns: 60 },
  );
});

test('runs do not see each other’s points, and a deleted run takes its own along', () => {
  const store = openTestStore();
  const [a, b] = [addRun(store), addRun(store)];
  const points: MetricPoint[] = [{ step: 1, key: 'loss', value: 2 }];
  store.write((db) => {
    insertPoints(db, a, points);
    insertPoints(db, b, points);
    dropPointsAfter(db, a, 0);
  });
  expect(store.read((db) => [readPoints(db, a), readPoints(db, b)])).toEqual([{}, { loss: [[1, 2]] }]);
  store.write((db) => deleteRun(db, b));
  expect(
    store.read((db) => [...db.select().from(metricSeries).all(), ...db.select().from(metricPoints).all()]),
  ).toEqual([]);
});

test('a batch that fails leaves nothing of itself', () => {
  const store = openTestStore();
  const pk = addRun(store);
  const bad = [
    { step: 1, key: 'loss', value: 1 },
    { step: 2, key: 'loss', value: null as unknown as number },
  ];
  expect(() => store.write((db) => insertPoints(db, pk, bad))).toThrow(/metric_series/);
  expect(store.read((db) => readPoints(db, pk))).toEqual({});
});

test('no query of a run or of the table of runs scans all points, series, tags or evaluations', () => {
  const store = openTestStore();
  const seen = new Set<string>();
  const pk = addRun(store);
  store.write((db) => {
    const prepare = db.$client.prepare.bind(db.$client);
    db.$client.prepare = ((sql: string) => {
      seen.add(sql);
      return prepare(sql);
    }) as typeof prepare;
    insertPoints(
      db,
      pk,
      [1, 2, 2, 3].map((step) => ({ step, key: 'loss', value: step })),
    );
    dropPointsAfter(db, pk, 2);
    readPoints(db, pk);
    readSummaries(db, pk);
    summarizeRuns(db, findRuns(db, { tag: 'paper', state: 'finished' }));
    readEvaluations(db, pk);
    db.$client.prepare = prepare;
    expect(seen.size).toBeGreaterThan(10);
    for (const sql of seen) {
      // Any values will do: they do not change the plan.
      const named = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, 1]));
      const positional = Array.from(sql.matchAll(/\?/g), () => 1);
      const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...positional, named) as { detail: string }[];
      const scans = plan.map((p) => p.detail).filter((d) => /^SCAN (?!runs\b|CONSTANT)/.test(d));
      expect(scans, sql).toEqual([]);
    }
  });
});
