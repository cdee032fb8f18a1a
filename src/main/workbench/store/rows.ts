import type { RegionThumbnail, RunProgress, RunRow as TableRow } from '../../../shared/contract/runs.ts';
import type { RunState } from '../../../shared/records.ts';
import type { ErrorCode } from '../../../core/base/errors.ts';
import type { Db } from './database.ts';

/**
 * Runs as rows of a table, in the order of the given pks. A fixed number of statements for any number of rows; neither
 * points nor specs are read.
 */
export function readRows(db: Db, pks: readonly number[]): TableRow[] {
  const given = JSON.stringify(pks);
  const all = <T>(sql: string): T[] => db.$client.prepare(sql).all(given) as T[];
  const rows = all<Columns>(ROWS);
  const tags = byRun(all<{ pk: number; tag: string }>(TAGS));
  const accuracies = byRun(
    all<{ pk: number; section: string; last: number | null; best: number }>(ACCURACIES),
  );
  const metrics = byRun(all<{ pk: number; key: string; value: number }>(METRICS));
  const place = new Map(pks.map((pk, i) => [pk, i]));
  rows.sort((a, b) => place.get(a.pk)! - place.get(b.pk)!);
  return rows.map((row): TableRow => {
    const measured = accuracies.get(row.pk) ?? [];
    return {
      id: row.id,
      name: row.name,
      state: row.state,
      reason: row.reason_code && { code: row.reason_code, message: row.reason_message ?? '' },
      preset: row.preset,
      specHash: row.spec_hash,
      seed: row.seed,
      step: row.step,
      steps: row.steps,
      engine: row.engine,
      createdAt: row.created_at,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      tags: (tags.get(row.pk) ?? []).map((t) => t.tag),
      note: row.note,
      deletedAt: row.deleted_at,
      accuracy: Object.fromEntries(measured.flatMap((a) => (a.last === null ? [] : [[a.section, a.last]]))),
      starred: row.starred === 1,
      parent: row.parent_id === null ? null : { id: row.parent_id, name: row.parent_name },
      region: row.region === null ? null : (JSON.parse(row.region) as RegionThumbnail | null),
      best: Object.fromEntries(measured.map((a) => [a.section, a.best])),
      latest: Object.fromEntries((metrics.get(row.pk) ?? []).map((m) => [m.key, m.value])),
      progress:
        row.state === 'running' && row.progress !== null ? (JSON.parse(row.progress) as RunProgress) : null,
      queuePosition: row.place,
      seconds: row.seconds,
    };
  });
}

interface Columns {
  pk: number;
  id: string;
  name: string;
  state: RunState;
  reason_code: ErrorCode | null;
  reason_message: string | null;
  preset: string | null;
  spec_hash: string;
  seed: number;
  step: number;
  steps: number;
  engine: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  note: string;
  deleted_at: string | null;
  starred: number;
  parent_id: string | null;
  parent_name: string | null;
  region: string | null;
  progress: string | null;
  place: number | null;
  seconds: number;
}

// The place in the queue is counted: positions are sparse.
const ROWS = `
  SELECT r.pk, r.id, r.name, r.state, r.reason_code, r.reason_message, r.preset, r.spec_hash, r.seed, r.step, r.steps,
    r.engine, r.created_at, r.started_at, r.ended_at, r.note, r.deleted_at, r.starred, r.parent_id, p.name AS parent_name,
    r.region, r.progress, w.place, r.seconds
  FROM json_each(?) j CROSS JOIN runs r ON r.pk = j.value LEFT JOIN runs p ON p.id = r.parent_id
  LEFT JOIN (
    SELECT pk, row_number() OVER (ORDER BY queue_position, pk) - 1 AS place
    FROM runs WHERE queue_position IS NOT NULL
  ) w ON w.pk = r.pk`;
const TAGS = `SELECT t.run_pk AS pk, t.tag FROM json_each(?) j CROSS JOIN tags t ON t.run_pk = j.value ORDER BY t.tag`;
const ACCURACIES = `
  SELECT a.run_pk AS pk, a.section, a.last, a.best FROM json_each(?) j CROSS JOIN accuracies a ON a.run_pk = j.value`;
const METRICS = `
  SELECT s.run_pk AS pk, s.key, s.latest_value AS value FROM json_each(?) j CROSS JOIN metric_series s ON s.run_pk = j.value`;

function byRun<T extends { pk: number }>(rows: readonly T[]): Map<number, T[]> {
  return Map.groupBy(rows, (row) => row.pk);
}
