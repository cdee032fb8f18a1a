import type { SeriesMap } from '../../../shared/contract/runs.ts';
import type { Db } from './database.ts';

/** Points for charts: thinned by SQL, or those after a cursor. */

export interface SeriesHead {
  readonly pk: number;
  readonly key: string;
  readonly points: number;
  readonly latestStep: number;
}

/** What series a run has, by key. */
export function seriesHeads(db: Db, runPk: number): SeriesHead[] {
  return db.$client
    .prepare(
      'SELECT pk, key, points, latest_step AS latestStep FROM metric_series WHERE run_pk = ? ORDER BY key',
    )
    .all(runPk) as SeriesHead[];
}

/**
 * At most `maxPoints` of each series. One with more is cut into stretches of equal length in steps, and of each the
 * least and the greatest value stay, at their own steps, with the first and the last point.
 */
export function readSeries(
  db: Db,
  heads: readonly SeriesHead[],
  maxPoints: number,
): { series: SeriesMap; thinned: boolean } {
  const all = db.$client.prepare('SELECT step, value FROM metric_points WHERE series_pk = ? ORDER BY step');
  const few = db.$client.prepare(THINNED);
  const stretches = Math.floor((maxPoints - 2) / 2);
  let thinned = false;
  const series: SeriesMap = {};
  for (const { pk, key, points, latestStep } of heads) {
    const exact = points <= maxPoints;
    thinned ||= !exact;
    const query = exact ? all.raw() : few.raw();
    series[key] = query.all(...(exact ? [pk] : [{ pk, stretches, last: latestStep }])) as [number, number][];
  }
  return { series, thinned };
}

/**
 * With one min() or max() in a query, SQLite takes the bare column `step` from the row that holds it. Numbers of
 * JavaScript arrive as REAL, hence the casts: a stretch is a whole quotient.
 */
const THINNED = `
  WITH
    ends AS (SELECT min(step) AS first, CAST(@last AS INTEGER) AS last FROM metric_points WHERE series_pk = @pk),
    p AS MATERIALIZED (
      SELECT step, value, (step - first) * CAST(@stretches AS INTEGER) / (last - first + 1) AS stretch
      FROM metric_points, ends WHERE series_pk = @pk
    )
  SELECT step, value FROM (SELECT step, min(value) AS value FROM p GROUP BY stretch)
  UNION SELECT step, value FROM (SELECT step, max(value) AS value FROM p GROUP BY stretch)
  UNION SELECT step, value FROM p WHERE step IN (SELECT first FROM ends UNION SELECT last FROM ends)
  ORDER BY step`;

/** Points beyond a step, the earliest first, at most `limit`. */
export function pointsAfter(db: Db, seriesPk: number, step: number, limit: number): [number, number][] {
  return db.$client
    .prepare('SELECT step, value FROM metric_points WHERE series_pk = ? AND step > ? ORDER BY step LIMIT ?')
    .raw()
    .all(seriesPk, step, limit) as [number, number][];
}
