import { and, asc, desc, eq, exists, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import type { ErrorData } from '../../../core/base/errors.ts';
import type { RunEvent, RunState, RunSummary } from '../../../shared/records.ts';
import type { Db } from './database.ts';
import { latestAccuracy } from './evaluations.ts';
import { events, runs, tags, type RunRow } from './schema.ts';

export type NewRun = Pick<
  RunRow,
  'id' | 'name' | 'preset' | 'spec' | 'specHash' | 'seed' | 'steps' | 'createdAt'
> &
  Partial<RunRow>;

/** Adds a run in state `queued`. */
export function insertRun(db: Db, run: NewRun): RunRow {
  const row = db
    .insert(runs)
    .values({ state: 'queued', ...run })
    .returning()
    .get();
  addEvent(db, row, run.createdAt, null);
  return row;
}

export function getRun(db: Db, id: string): RunRow | undefined {
  return db.select().from(runs).where(eq(runs.id, id)).get();
}

/** Runs that were recorded by a version that did not describe their specs (see description.ts), the newest first. */
export function undescribedRuns(db: Db, limit: number): Pick<RunRow, 'pk' | 'spec'>[] {
  return db.$client
    .prepare(
      'SELECT pk, spec FROM runs WHERE seedless_hash IS NULL OR region IS NULL ORDER BY pk DESC LIMIT ?',
    )
    .all(limit) as Pick<RunRow, 'pk' | 'spec'>[];
}

/** Changes columns that are no part of the state history. */
export function patchRun(db: Db, pk: number, patch: Partial<RunRow>): RunRow {
  return db.update(runs).set(patch).where(eq(runs.pk, pk)).returning().get();
}

/** Enters a state with its reason (or none) and writes it to the history. */
export function enterState(
  db: Db,
  pk: number,
  state: RunState,
  reason: ErrorData | null,
  at: string,
  patch: Partial<RunRow> = {},
): RunRow {
  const row = patchRun(db, pk, {
    ...patch,
    state,
    reasonCode: reason?.code ?? null,
    reasonMessage: reason?.message ?? null,
  });
  addEvent(db, row, at, reason);
  return row;
}

/** Writes something worth knowing to a run's history without changing its state. */
export function addEvent(db: Db, run: RunRow, at: string, what: Partial<ErrorData> | null): void {
  db.insert(events)
    .values({
      runPk: run.pk,
      at,
      state: run.state,
      step: run.step,
      code: what?.code ?? null,
      message: what?.message ?? null,
    })
    .run();
}

export function readEvents(db: Db, runPk: number): RunEvent[] {
  return db
    .select({
      at: events.at,
      state: events.state,
      step: events.step,
      code: events.code,
      message: events.message,
    })
    .from(events)
    .where(eq(events.runPk, runPk))
    .orderBy(asc(events.pk))
    .all();
}

export interface RunFilter {
  state?: RunState;
  tag?: string;
  includeDeleted?: boolean;
  limit?: number;
}

/** Runs that match, the newest first. */
export function findRuns(db: Db, filter: RunFilter, extra?: SQL): RunRow[] {
  const tagged = filter.tag
    ? exists(
        db
          .select({ one: sql`1` })
          .from(tags)
          .where(and(eq(tags.runPk, runs.pk), eq(tags.tag, filter.tag))),
      )
    : undefined;
  const query = db
    .select()
    .from(runs)
    .where(
      and(
        filter.includeDeleted ? undefined : isNull(runs.deletedAt),
        filter.state ? eq(runs.state, filter.state) : undefined,
        tagged,
        extra,
      ),
    )
    .orderBy(desc(runs.pk));
  return filter.limit === undefined ? query.all() : query.limit(filter.limit).all();
}

/** `name` exactly. */
export const nameIs = (name: string): SQL => eq(runs.name, name);
export const specHashIn = (hashes: readonly string[]): SQL => inArray(runs.specHash, [...hashes]);
/** Ids that begin so; ids hold no wildcard of LIKE, but `prefix` comes from a user, so compare by range. */
export const idStartsWith = (prefix: string): SQL =>
  sql`${runs.id} >= ${prefix} AND ${runs.id} < ${prefix + '\u{10ffff}'}`;

export function changeTags(db: Db, runPk: number, add: readonly string[], remove: readonly string[]): void {
  for (const tag of add) db.insert(tags).values({ runPk, tag }).onConflictDoNothing().run();
  for (const tag of remove) {
    db.delete(tags)
      .where(and(eq(tags.runPk, runPk), eq(tags.tag, tag)))
      .run();
  }
}

/** Removes the record with everything that hangs on it. */
export function deleteRun(db: Db, pk: number): void {
  db.delete(runs).where(eq(runs.pk, pk)).run();
}

export function summarizeRuns(db: Db, rows: readonly RunRow[]): RunSummary[] {
  // Prepared once: tables list thousands of runs.
  const tagsOf = db.$client.prepare('SELECT tag FROM tags WHERE run_pk = ? ORDER BY tag').pluck();
  const accuracyOf = latestAccuracy(db);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    state: row.state,
    reason: row.reasonCode && { code: row.reasonCode, message: row.reasonMessage ?? '' },
    preset: row.preset,
    specHash: row.specHash,
    seed: row.seed,
    step: row.step,
    steps: row.steps,
    engine: row.engine,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    tags: tagsOf.all(row.pk) as string[],
    note: row.note,
    deletedAt: row.deletedAt,
    accuracy: accuracyOf(row.pk),
  }));
}

export function summarizeRun(db: Db, row: RunRow): RunSummary {
  return summarizeRuns(db, [row])[0]!;
}
