import { and, asc, desc, eq, gt, inArray, not, sql } from 'drizzle-orm';
import type { Artifact, ArtifactKind } from '../../../shared/records.ts';
import type { Db } from './database.ts';
import { artifacts, type ArtifactRow } from './schema.ts';

/**
 * The ledger of files. A row says "this file is there, whole, with this sha256", so it is written after the file is
 * durable and removed after the file is gone; in between a row is marked `retiring` and no longer shown.
 */

/** Records a file, or the new content of one; a file on its way out that is written again stays. */
export function recordArtifact(
  db: Db,
  runPk: number,
  artifact: Artifact,
  at: string,
  weights: string | null,
): void {
  const row = { ...artifact, runPk, weights, retiring: false, createdAt: at };
  db.insert(artifacts)
    .values(row)
    .onConflictDoUpdate({ target: [artifacts.runPk, artifacts.file], set: row })
    .run();
}

/** Files of a run in the order in which they were recorded. */
export function listArtifacts(db: Db, runPk: number): ArtifactRow[] {
  return db
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.runPk, runPk), not(artifacts.retiring)))
    .orderBy(asc(artifacts.pk))
    .all();
}

/** Files of the given kinds, the latest step first. */
export function newestArtifacts(db: Db, runPk: number, kinds: readonly ArtifactKind[]): ArtifactRow[] {
  return db
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.runPk, runPk), not(artifacts.retiring), inArray(artifacts.kind, [...kinds])))
    .orderBy(desc(artifacts.step), desc(artifacts.pk))
    .all();
}

/** Marks files as on their way out; call `settleRetired` next. Files that are not recorded are no business of ours. */
export function retireFiles(db: Db, runPk: number, files: readonly string[]): void {
  for (const file of files) {
    db.update(artifacts)
      .set({ retiring: true })
      .where(and(eq(artifacts.runPk, runPk), eq(artifacts.file, file)))
      .run();
  }
}

/** Marks everything recorded beyond a step as on its way out: the engine is about to go on from there. */
export function retireAfter(db: Db, runPk: number, step: number): void {
  db.update(artifacts)
    .set({ retiring: true })
    .where(and(eq(artifacts.runPk, runPk), gt(artifacts.step, step)))
    .run();
}

/**
 * Marks all resume checkpoints but the newest two. Two, so that one remains if the newest turns out to be damaged. Done
 * here and not by the engine, which does not know of those that earlier processes wrote.
 */
export function rotateCheckpoints(db: Db, runPk: number): void {
  const old = newestArtifacts(db, runPk, ['checkpoint']).slice(2);
  retireFiles(
    db,
    runPk,
    old.map((row) => row.file),
  );
}

/** Forgets one row without touching its file. */
export function forgetArtifact(db: Db, pk: number): void {
  db.delete(artifacts).where(eq(artifacts.pk, pk)).run();
}

/** Files whose deletion was decided; their rows go (`forgetArtifact`) once the file is gone. */
export function retiringArtifacts(db: Db, runPk: number): ArtifactRow[] {
  return db
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.runPk, runPk), artifacts.retiring))
    .all();
}

/** Runs that have such files: a process died between the mark and the row's end. */
export function runsWithRetiring(db: Db): number[] {
  return db
    .select({ runPk: artifacts.runPk })
    .from(artifacts)
    .where(sql`${artifacts.retiring} = 1`)
    .groupBy(artifacts.runPk)
    .all()
    .map((row) => row.runPk);
}

export function toArtifact({ kind, file, step, bytes, sha256 }: ArtifactRow): Artifact {
  return { kind, file, step, bytes, sha256 };
}
