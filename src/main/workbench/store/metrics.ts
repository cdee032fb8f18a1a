import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { MetricPoint } from '../../../shared/records.ts';
import type { Db } from './database.ts';
import { metricPoints, metricSeries, runs } from './schema.ts';

export interface MetricSummary {
  readonly key: string;
  readonly points: number;
  readonly latest: readonly [step: number, value: number];
  readonly min: readonly [step: number, value: number];
  readonly max: readonly [step: number, value: number];
}

/**
 * Adds points in one go; call it inside `write`. A point that is there already is replaced. The summaries of the
 * touched series are brought up to date here, so that no table of runs ever scans points.
 */
export function insertPoints(db: Db, runPk: number, points: readonly MetricPoint[]): void {
  const { upsertSeries, insertPoint, countPoint, replacePoint } = statements(db);
  const stale = new Set<number>();
  let appended = true;
  for (const { key, step, value } of points) {
    const [series, latest] = upsertSeries.get({ runPk, key, step, value }) as [number, number];
    appended &&= latest === step;
    if (insertPoint.run(series, step, value).changes === 1) {
      countPoint.run(series);
    } else {
      appended = false;
      // Replacing may take away the very point that was the minimum: summarize this series from its points.
      replacePoint.run(value, series, step);
      stale.add(series);
    }
  }
  for (const series of stale) summarize(db, series);
  if (!appended) beginEpoch(db, runPk);
}

/**
 * Within an epoch of a run points are only ever appended to each series, so that a reader who knows the last step it
 * has can go on from there; whenever points are taken back, replaced or inserted before others, a new one begins.
 */
function beginEpoch(db: Db, runPk: number): void {
  db.update(runs)
    .set({ epoch: sql`${runs.epoch} + 1` })
    .where(eq(runs.pk, runPk))
    .run();
}

/** Forgets what lies beyond a step: the engine is about to go on from there. */
export function dropPointsAfter(db: Db, runPk: number, step: number): void {
  const touched = db
    .select({ pk: metricSeries.pk })
    .from(metricSeries)
    .where(and(eq(metricSeries.runPk, runPk), gt(metricSeries.latestStep, step)))
    .all();
  for (const { pk } of touched) {
    db.delete(metricPoints)
      .where(and(eq(metricPoints.seriesPk, pk), gt(metricPoints.step, step)))
      .run();
    summarize(db, pk);
  }
  if (touched.length > 0) beginEpoch(db, runPk);
}

/** All points of a run by key, each series in the order of its steps. */
export function readPoints(db: Db, runPk: number): Record<string, [step: number, value: number][]> {
  const out: Record<string, [number, number][]> = {};
  const { points } = statements(db);
  for (const { pk, key } of seriesOf(db, runPk)) out[key] = points.all(pk) as [number, number][];
  return out;
}

export function readSummaries(db: Db, runPk: number): MetricSummary[] {
  return seriesOf(db, runPk).map((s) => ({
    key: s.key,
    points: s.points,
    latest: [s.latestStep, s.latestValue],
    min: [s.minStep, s.minValue],
    max: [s.maxStep, s.maxValue],
  }));
}

function seriesOf(db: Db, runPk: number) {
  return db
    .select()
    .from(metricSeries)
    .where(eq(metricSeries.runPk, runPk))
    .orderBy(asc(metricSeries.key))
    .all();
}

/** Recomputes a series' row from its points; without points the row goes. Ties go to the earliest step. */
function summarize(db: Db, series: number): void {
  const statement = statements(db);
  if (statement.anyPoint.get(series) === undefined)
    db.delete(metricSeries).where(eq(metricSeries.pk, series)).run();
  else statement.summarize.run({ series });
}

/** This path takes thousands of points a second, so its statements are prepared once for each connection. */
function prepare({ $client }: Db) {
  return {
    upsertSeries: $client
      .prepare(
        `INSERT INTO metric_series (run_pk, key, points, latest_step, latest_value, min_step, min_value, max_step, max_value)
         VALUES (@runPk, @key, 0, @step, @value, @step, @value, @step, @value)
         ON CONFLICT (run_pk, key) DO UPDATE SET
           latest_value = CASE WHEN @step >= latest_step THEN @value ELSE latest_value END,
           latest_step = max(latest_step, @step),
           min_step = CASE WHEN @value < min_value OR (@value = min_value AND @step < min_step) THEN @step ELSE min_step END,
           min_value = min(min_value, @value),
           max_step = CASE WHEN @value > max_value OR (@value = max_value AND @step < max_step) THEN @step ELSE max_step END,
           max_value = max(max_value, @value)
         RETURNING pk, latest_step`,
      )
      .raw(),
    countPoint: $client.prepare('UPDATE metric_series SET points = points + 1 WHERE pk = ?'),
    insertPoint: $client.prepare(
      'INSERT INTO metric_points (series_pk, step, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    replacePoint: $client.prepare('UPDATE metric_points SET value = ? WHERE series_pk = ? AND step = ?'),
    anyPoint: $client.prepare('SELECT 1 FROM metric_points WHERE series_pk = ? LIMIT 1').pluck(),
    summarize: $client.prepare(
      `UPDATE metric_series SET
         points = (SELECT count(*) FROM metric_points WHERE series_pk = @series),
         (latest_step, latest_value) =
           (SELECT step, value FROM metric_points WHERE series_pk = @series ORDER BY step DESC LIMIT 1),
         (min_step, min_value) =
           (SELECT step, value FROM metric_points WHERE series_pk = @series ORDER BY value, step LIMIT 1),
         (max_step, max_value) =
           (SELECT step, value FROM metric_points WHERE series_pk = @series ORDER BY value DESC, step LIMIT 1)
       WHERE pk = @series`,
    ),
    points: $client.prepare('SELECT step, value FROM metric_points WHERE series_pk = ? ORDER BY step').raw(),
  };
}
const prepared = new WeakMap<object, ReturnType<typeof prepare>>();
function statements(db: Db): ReturnType<typeof prepare> {
  let all = prepared.get(db.$client);
  if (!all) prepared.set(db.$client, (all = prepare(db)));
  return all;
}
