import { and, desc, eq, not } from 'drizzle-orm';
import type { AnalysisFile } from '../../../shared/analysis.ts';
import type { AnalysisSummary } from '../../../shared/contract/analysis.ts';
import type { Artifact } from '../../../shared/records.ts';
import type { Db } from './database.ts';
import { recordArtifact } from './ledger.ts';
import { analyses, artifacts, type ArtifactRow } from './schema.ts';

/** What was measured of a run's representations: files of the ledger, with what was asked beside them. */

/** Records the file of an analysis and what it answers. */
export function recordAnalysis(
  db: Db,
  runPk: number,
  artifact: Artifact,
  { representation, request }: Pick<AnalysisFile, 'representation' | 'request'>,
  seconds: number | null,
  at: string,
): void {
  recordArtifact(db, runPk, artifact, at, null);
  const { pk } = findArtifact(db, runPk, artifact.file)!;
  const row = { artifactPk: pk, representation, request, seconds };
  db.insert(analyses).values(row).onConflictDoUpdate({ target: analyses.artifactPk, set: row }).run();
}

/** A file of a run by its name, unless it is on its way out. */
export function findArtifact(db: Db, runPk: number, file: string): ArtifactRow | undefined {
  return db
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.runPk, runPk), eq(artifacts.file, file), not(artifacts.retiring)))
    .get();
}

/** What it took to compute an analysis; null if that was elsewhere. */
export function analysisSeconds(db: Db, artifactPk: number): number | null {
  return db.select().from(analyses).where(eq(analyses.artifactPk, artifactPk)).get()?.seconds ?? null;
}

/** Stored analyses of a run, the latest first. */
export function listAnalyses(db: Db, runPk: number): AnalysisSummary[] {
  const { step, createdAt: at, sha256 } = artifacts;
  const { representation, request } = analyses;
  return db
    .select({ step, at, sha256, representation, request })
    .from(analyses)
    .innerJoin(artifacts, eq(artifacts.pk, analyses.artifactPk))
    .where(and(eq(artifacts.runPk, runPk), not(artifacts.retiring)))
    .orderBy(desc(artifacts.createdAt), desc(artifacts.pk))
    .all()
    .map((row) => ({ ...row, step: row.step ?? 0 }));
}
