import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunQuery } from '../../../shared/contract/runs.ts';
import { cleanUp, temporaryFolder } from '../testing/home.ts';
import { evaluationWith } from '../testing/records.ts';
import { openStore, type Db } from './database.ts';
import { recordEvaluation } from './evaluations.ts';
import { insertPoints } from './metrics.ts';
import { matchingRuns, readPage } from './pages.ts';
import { changeTags, insertRun } from './runs.ts';

/** Runs the queries of `action` and returns the SQL of each statement that was executed. */
function statementsOf(db: Db, action: () => void): string[] {
  const seen: string[] = [];
  const prepare = db.$client.prepare.bind(db.$client);
  db.$client.prepare = ((sql: string) => {
    const statement = prepare(sql);
    for (const method of ['all', 'get', 'run'] as const) {
      const execute = statement[method].bind(statement);
      Object.assign(statement, {
        [method]: (...values: unknown[]) => {
          seen.push(sql);
          return execute(...values);
        },
      });
    }
    return statement;
  }) as typeof prepare;
  try {
    action();
  } finally {
    db.$client.prepare = prepare;
  }
  return seen;
}

test('a page is as many statements for one run as for five hundred, and none reads points or all series', () => {
  const store = openStore(join(temporaryFolder(), 'clifford.db'));
  cleanUp(() => store.dispose());
  store.write((db) => {
    for (let i = 0; i < 500; i++) {
      const createdAt = '2026-01-01T00:00:00.000Z';
      const run = {
        id: `run${i}`,
        name: `run ${i}`,
        preset: null,
        spec: '{"a":1}',
        specHash: 'h',
        seed: i,
        steps: 9,
      };
      const { pk } = insertRun(db, { ...run, createdAt, parentId: 'run0' });
      changeTags(db, pk, ['x', `${i}`], []);
      recordEvaluation(db, pk, evaluationWith(0, { overall: 0.5 }), 'training', createdAt);
      insertPoints(db, pk, [{ key: 'loss', step: 0, value: i }]);
    }
  });
  const query = RunQuery.parse({
    search: 'run x',
    tags: ['x'],
    group: 'region',
    sort: { key: 'metric:loss', descending: true },
    parameters: ['a', 'b'],
  });
  store.read((db) => {
    const executed = (limit: number): string[] => statementsOf(db, () => readPage(db, { ...query, limit }));
    const many = executed(500);
    expect(many).toEqual(executed(1));
    expect(many.length).toBeLessThan(20);
    const all = [...many, ...statementsOf(db, () => matchingRuns(db, query))];
    for (const sql of all) {
      expect(sql).not.toContain('metric_points');
      const named = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, '$."a"']));
      const positional = Array.from(sql.matchAll(/\?/g), () => '[1]');
      const plan = db.$client.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...positional, named) as {
        detail: string;
      }[];
      // Tables that grow with what a run records are looked into by run or by name, never read through.
      const scans = plan
        .map((p) => p.detail)
        .filter((d) => /^SCAN (s|a|t|metric_series|accuracies|tags)\b/.test(d));
      expect(scans, sql).toEqual([]);
    }
  });
});
