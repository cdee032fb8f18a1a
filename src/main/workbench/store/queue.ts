import { eq, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { runs, type RunRow } from './schema.ts';

/** The order of runs that wait: rows with a `queue_position`, which need not be consecutive. */

/** Runs that wait, in the order in which they start; without their specs, which may be large. */
export function waitingRuns(db: Db): Pick<RunRow, 'pk' | 'id' | 'name'>[] {
  return db
    .select({ pk: runs.pk, id: runs.id, name: runs.name })
    .from(runs)
    .where(sql`${runs.queuePosition} IS NOT NULL`)
    .orderBy(runs.queuePosition, runs.pk)
    .all();
}

/** The position for a run that comes before (after) all that wait. */
export function endPosition(db: Db, place: 'front' | 'back'): number {
  const [end, step] = place === 'front' ? ['min', -1] : ['max', 1];
  const at = db.$client.prepare(`SELECT ${end}(queue_position) FROM runs`).pluck().get() as number | null;
  return (at ?? 0) + (step as number);
}

export function setPosition(db: Db, pk: number, position: number | null): void {
  db.update(runs).set({ queuePosition: position }).where(eq(runs.pk, pk)).run();
}

/** Numbers all that wait anew, from 0, in the given order. */
export function renumber(db: Db, pks: readonly number[]): void {
  pks.forEach((pk, i) => setPosition(db, pk, i));
}
