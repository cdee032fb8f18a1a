import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { CliffordError, type ErrorData } from '../../core/base/errors.ts';
import { sweepTemporaries, syncFolder } from '../../files/atomic.ts';
import { withStorageErrors } from '../../files/storage-error.ts';
import { settleRetired, whatIsWrong } from './artifact-files.ts';
import { runFolder, type Context } from './context.ts';
import { tryLock } from './lock.ts';
import type { Db } from './store/database.ts';
import { dropEvaluationsAfter } from './store/evaluations.ts';
import { forgetArtifact, newestArtifacts, retireAfter, runsWithRetiring } from './store/ledger.ts';
import { dropPointsAfter } from './store/metrics.ts';
import { addEvent, deleteRun, enterState, findRuns, getRun, patchRun } from './store/runs.ts';
import { runs, type ArtifactRow, type RunRow } from './store/schema.ts';

/**
 * If nobody trains in the home, makes the history true again: runs that say `running` become `interrupted`, and
 * deletions that were cut off are completed. Whether anybody trains is told by the training lock, which the system
 * releases with its process; a pid alone may have been given to another process.
 */
export function recoverOrphans(ctx: Context): void {
  const { store, living } = ctx;
  // Nobody else trains then, and what others left behind was seen to when the lock was taken.
  if (ctx.lock.held) return;
  const work = store.read(
    (db) =>
      findRuns(db, { state: 'running', includeDeleted: true }).some((run) => !living.has(run.id)) ||
      runsWithRetiring(db).length > 0 ||
      findRuns(db, { includeDeleted: true, limit: 1 }, eq(runs.purging, true)).length > 0,
  );
  if (!work) return;
  const lock = tryLock(ctx.home.lock);
  if (!lock) return;
  try {
    recoverUnderLock(ctx);
  } finally {
    lock.dispose();
  }
}

/** Run folders that the history knows nothing of: it was lost, or replaced. */
export function unrecordedFolders(runsFolder: string, db: Db): string[] {
  return readdirSync(runsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')) // those are imports being unpacked
    .filter((entry) => getRun(db, entry.name) === undefined)
    .map((entry) => entry.name);
}

/** The same for whoever holds the training lock already. The runs that this very workbench trains are left alone. */
export function recoverUnderLock(ctx: Context): void {
  const { store, living } = ctx;
  store.write((db) => {
    for (const run of findRuns(db, { state: 'running', includeDeleted: true })) {
      if (living.has(run.id)) continue;
      const at = run.heartbeatAt ? `, last heard of at ${run.heartbeatAt}` : '';
      const reason: ErrorData = {
        code: 'ENGINE_CRASH',
        message: `the process that trained it (${run.ownerPid}) vanished around step ${run.step}${at}; ${whereItResumes(run)}`,
      };
      enterState(db, run.pk, 'interrupted', reason, ctx.now(), {
        endedAt: run.heartbeatAt ?? ctx.now(),
        progress: null,
      });
    }
  });
  for (const run of store.read((db) => findRuns(db, { includeDeleted: true }, eq(runs.purging, true)))) {
    finishPurge(ctx, run);
  }
  for (const pk of store.read(runsWithRetiring)) {
    const run = store.read((db) => db.select().from(runs).where(eq(runs.pk, pk)).get());
    if (run && !living.has(run.id)) settleRetired(ctx, run);
  }
}

/** "resume goes on from step 100", for reasons. */
export function whereItResumes(run: Pick<RunRow, 'weightsStep'>): string {
  return run.weightsStep === null ? 'resume starts it again' : `resume goes on from step ${run.weightsStep}`;
}

/** Deletes a run's folder, then its record. The record must be marked `purging` before. */
export function finishPurge(ctx: Context, run: RunRow): void {
  const folder = runFolder(ctx, run.id);
  withStorageErrors('delete', folder, () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    syncFolder(ctx.home.runs);
  });
  ctx.store.write((db) => deleteRun(db, run.pk));
}

/**
 * The newest recorded checkpoint whose file is whole, and what was wrong with newer ones; null if none was ever
 * recorded, so that the run starts at step 0.
 * @throws CliffordError STORAGE when checkpoints were recorded and none is whole
 */
export function pickCheckpoint(
  ctx: Context,
  run: RunRow,
): { checkpoint: ArtifactRow | null; rejected: Rejected[] } {
  const candidates = ctx.store.read((db) => newestArtifacts(db, run.pk, ['checkpoint']));
  const rejected: Rejected[] = [];
  for (const checkpoint of candidates) {
    const wrong = whatIsWrong(runFolder(ctx, run.id), checkpoint);
    if (wrong === null) return { checkpoint, rejected };
    rejected.push({ checkpoint, wrong });
  }
  if (rejected.length > 0) {
    throw new CliffordError(
      'STORAGE',
      `run ${run.id} (${run.name}) has no whole checkpoint to resume from: ` +
        rejected.map(({ checkpoint, wrong }) => `${checkpoint.file} ${wrong}`).join('; '),
    );
  }
  return { checkpoint: null, rejected };
}

export interface Rejected {
  readonly checkpoint: ArtifactRow;
  readonly wrong: string;
}

/**
 * Takes a run back to a checkpoint (or to its beginning): points, evaluations and files recorded beyond it go, since
 * the engine is about to make them again. Files of rejected checkpoints are forgotten but left where they are: they
 * are not what we wrote.
 */
export function rewind(
  ctx: Context,
  run: RunRow,
  checkpoint: ArtifactRow | null,
  rejected: readonly Rejected[],
): void {
  const step = checkpoint?.step ?? 0;
  // Without a checkpoint, what was recorded at step 0 is made again too.
  const keep = checkpoint ? step : -1;
  ctx.store.write((db) => {
    for (const { checkpoint: bad, wrong } of rejected) {
      forgetArtifact(db, bad.pk);
      addEvent(db, run, ctx.now(), { code: 'STORAGE', message: `checkpoint ${bad.file} ${wrong}; skipped` });
    }
    dropPointsAfter(db, run.pk, keep);
    dropEvaluationsAfter(db, run.pk, keep);
    retireAfter(db, run.pk, keep);
    patchRun(db, run.pk, {
      step,
      weights: checkpoint?.weights ?? null,
      weightsStep: checkpoint?.step ?? null,
    });
  });
  settleRetired(ctx, run);
  sweepRunFolder(runFolder(ctx, run.id));
}

/** Removes what interrupted writes left behind. */
function sweepRunFolder(folder: string): void {
  const now = Date.now();
  sweepTemporaries(folder, now);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) sweepTemporaries(join(entry.parentPath, entry.name), now);
  }
}
