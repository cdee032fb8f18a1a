import { rmSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { CliffordError } from '../../core/base/errors.ts';
import { syncFolder } from '../../files/atomic.ts';
import { sha256File } from '../../files/hash.ts';
import { withStorageErrors } from '../../files/storage-error.ts';
import type { Artifact } from '../../shared/records.ts';
import { runFolder, type Context } from './context.ts';
import { forgetArtifact, retiringArtifacts } from './store/ledger.ts';
import type { ArtifactRow, RunRow } from './store/schema.ts';

/**
 * Where an artifact lies.
 * @throws CliffordError INTERNAL when the name leads out of the run's folder: it came in a message, and files are
 * deleted by such names
 */
export function artifactPath(folder: string, file: string): string {
  const parts = file.split('/');
  if (isAbsolute(file) || file.includes('\\') || parts.some((p) => p === '' || p === '.' || p === '..')) {
    throw new CliffordError(
      'INTERNAL',
      `artifact file ${JSON.stringify(file)} does not stay in the run's folder; expected a relative path with forward slashes`,
    );
  }
  return join(folder, ...parts);
}

/**
 * What is wrong with a file, compared with what was recorded; null if it is whole. Reads all of it.
 * @throws CliffordError STORAGE when it is there but cannot be read: that says nothing about its content
 */
export function whatIsWrong(folder: string, artifact: Artifact | ArtifactRow): string | null {
  const wrong = wrongSize(folder, artifact);
  if (wrong !== null) return wrong;
  const actual = sha256File(artifactPath(folder, artifact.file));
  return actual === artifact.sha256 ? null : `has sha256 ${actual}, expected ${artifact.sha256}`;
}

/** The same by its size alone, without reading it. */
export function wrongSize(folder: string, artifact: Artifact | ArtifactRow): string | null {
  const path = artifactPath(folder, artifact.file);
  const stat = withStorageErrors('read', path, () => statSync(path, { throwIfNoEntry: false }));
  if (!stat?.isFile()) return 'is missing';
  return stat.size === artifact.bytes ? null : `has ${stat.size} bytes, expected ${artifact.bytes}`;
}

/**
 * Checks a file that the engine reports before it is recorded: it is there with its size. The engine has hashed and
 * synced it; to read hundreds of megabytes again here would stall the service, so the hash is checked at each use.
 * @throws CliffordError STORAGE
 */
export function needReported(folder: string, artifact: Artifact): void {
  const wrong = wrongSize(folder, artifact);
  if (wrong === null) return;
  throw new CliffordError('STORAGE', `the engine reported ${artifact.file}, but the file ${wrong}`);
}

/** @throws CliffordError STORAGE when the file is not what was recorded, naming both hashes or sizes */
export function needWhole(ctx: Context, run: RunRow, artifact: ArtifactRow): string {
  const folder = runFolder(ctx, run.id);
  const wrong = whatIsWrong(folder, artifact);
  const path = artifactPath(folder, artifact.file);
  if (wrong === null) return path;
  const made = artifact.kind === 'analysis' || artifact.kind === 'representation';
  const remedy = made ? '; measuring the same again (clifford analyze) makes it anew' : '';
  throw new CliffordError(
    'STORAGE',
    `${artifact.kind} file ${path} is not as it was recorded: it ${wrong}${remedy}`,
  );
}

/**
 * Deletes the files that are marked as retiring, then their rows. Safe to repeat after a crash at any point. Only
 * whoever holds the training lock may call it: otherwise the file might just be written anew.
 */
export function settleRetired(ctx: Context, run: Pick<RunRow, 'pk' | 'id'>): void {
  const rows = ctx.store.read((db) => retiringArtifacts(db, run.pk));
  if (rows.length === 0) return;
  const folder = runFolder(ctx, run.id);
  for (const row of rows) {
    const path = artifactPath(folder, row.file);
    withStorageErrors('delete', path, () => rmSync(path, { force: true }));
  }
  for (const parent of new Set(rows.map((row) => dirname(artifactPath(folder, row.file))))) {
    if (statSync(parent, { throwIfNoEntry: false })) syncFolder(parent);
  }
  ctx.store.write((db) => {
    for (const row of rows) forgetArtifact(db, row.pk);
  });
}
