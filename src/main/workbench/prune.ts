import { rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { syncFolder } from '../../files/atomic.ts';
import { withStorageErrors } from '../../files/storage-error.ts';
import type { Workbench } from './api.ts';
import { artifactPath } from './artifact-files.ts';
import { needLiveRun, runFolder, type Context } from './context.ts';
import { isFull } from './storage-cause.ts';
import { newestArtifacts, retireFiles } from './store/ledger.ts';
import { findRuns } from './store/runs.ts';
import { artifacts, type ArtifactRow, type RunRow } from './store/schema.ts';

/** See `Workbench.pruneRepresentations`. */
export function pruneRepresentations(
  ctx: Context,
  runIds: readonly string[] | null,
  { dryRun = false }: { dryRun?: boolean } = {},
): ReturnType<Workbench['pruneRepresentations']> {
  const runs =
    runIds === null
      ? ctx.store.read((db) => findRuns(db, {}))
      : [...new Set(runIds)].map((id) => needLiveRun(ctx, id));
  const found = runs.map((run) => ({
    run,
    files: ctx.store.read((db) => newestArtifacts(db, run.pk, ['representation'])),
  }));
  if (!dryRun) for (const { run, files } of found) dropFiles(ctx, run, files);
  return found
    .filter(({ files }) => runIds !== null || files.length > 0)
    .map(({ run, files }) => ({
      runId: run.id,
      name: run.name,
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    }));
}

/**
 * Marks, deletes, forgets, like `settleRetired`, but without the training lock: an analysis, here or in another process,
 * may be reading or writing one of these. A reader that finds the file gone reads the representation again; a row that is
 * recorded anew meanwhile is no longer marked and stays.
 */
function dropFiles(ctx: Context, run: RunRow, files: readonly ArtifactRow[]): void {
  if (files.length === 0) return;
  const names = files.map(({ file }) => file);
  let marked = true;
  try {
    ctx.store.write((db) => retireFiles(db, run.pk, names));
  } catch (error) {
    // A full disk does not take the mark; the files go without it, which is what makes space.
    if (!isFull(error)) throw error;
    marked = false;
  }
  const folder = runFolder(ctx, run.id);
  const paths = names.map((name) => artifactPath(folder, name));
  for (const path of paths) withStorageErrors('delete', path, () => rmSync(path, { force: true }));
  for (const parent of new Set(paths.map((path) => dirname(path)))) {
    if (statSync(parent, { throwIfNoEntry: false })) syncFolder(parent);
  }
  ctx.store.write((db) => {
    for (const { pk } of files) {
      db.delete(artifacts)
        .where(and(eq(artifacts.pk, pk), eq(artifacts.retiring, marked)))
        .run();
    }
  });
}
