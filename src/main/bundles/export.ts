import { asc, eq } from 'drizzle-orm';
import { closeSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { CliffordError, invalid, invariant } from '../../core/base/errors.ts';
import { sha256 } from '../../files/hash.ts';
import type { BundleContents } from '../../shared/contract/bundles.ts';
import type { Evaluation, RunDetail } from '../../shared/records.ts';
import { packageVersion } from '../version.ts';
import type { BundleExportOptions } from '../workbench/api.ts';
import { artifactPath } from '../workbench/artifact-files.ts';
import { needLiveRun, runFolder, specOf, type Context } from '../workbench/context.ts';
import { needOutside } from '../workbench/outside.ts';
import type { Db } from '../workbench/store/database.ts';
import { readEvaluations } from '../workbench/store/evaluations.ts';
import { listArtifacts } from '../workbench/store/ledger.ts';
import { readPoints } from '../workbench/store/metrics.ts';
import { getRun, readEvents, summarizeRun } from '../workbench/store/runs.ts';
import { evaluations, type ArtifactRow, type RunRow } from '../workbench/store/schema.ts';
import { bundleFigures } from './figures.ts';
import {
  ARTIFACTS,
  type BundleFile,
  type BundleRun,
  DOCUMENTS,
  FORMAT,
  FORMAT_VERSION,
  MANIFEST,
  type Manifest,
  unsafePath,
} from './format.ts';
import { encodeMetrics } from './metrics-csv.ts';
import { needGoingOn, writeZip, type ZipItem } from './zip-file.ts';

/**
 * Writes a run as one file, atomically: manifest, specification, metrics, evaluations, history, environment, figures
 * and the files chosen. Every file is verified against its recorded sha256 while it is copied. Possible while the run
 * trains: what goes in is one moment of the history.
 * @throws CliffordError STORAGE naming a file that is damaged, INVALID_INPUT for a place to write to that will not do,
 *   CONFLICT for a deleted run, CANCELLED
 */
export async function exportBundle(ctx: Context, runId: string, options: BundleExportOptions): Promise<void> {
  const out = path.resolve(options.out);
  needLiveRun(ctx, runId);
  needOutside(ctx.home, out);
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw invalid(`${out} is a folder; expected the name of a file`);
  }
  if (!statSync(path.dirname(out), { throwIfNoEntry: false })?.isDirectory()) {
    throw invalid(`${path.dirname(out)} is no folder; expected the file's folder to exist`);
  }
  for (let attempt = 1; ; attempt++) {
    needGoingOn(options.signal);
    const snapshot = takeSnapshot(ctx, runId, options.contents);
    try {
      return await writeZip(out, itemsOf(snapshot), options);
    } catch (error) {
      // Another process deleted one in between: begin again from what there is now.
      const storage = error instanceof CliffordError && error.code === 'STORAGE';
      if (!storage || attempt === 5 || stillRecorded(ctx, snapshot)) throw error;
    } finally {
      for (const fd of snapshot.opened.values()) closeSync(fd);
    }
  }
}

/** One moment of a run. */
interface Snapshot {
  readonly run: RunRow;
  readonly detail: RunDetail;
  readonly evaluations: readonly (Evaluation & { source: string; createdAt: string })[];
  /** Of `detail.artifacts` those that go in. */
  readonly chosen: readonly ArtifactRow[];
  /** Descriptors of those files among `chosen` that newer ones replace while a run trains. */
  readonly opened: ReadonlyMap<ArtifactRow, number>;
  readonly parent: BundleRun['parent'];
  readonly contents: BundleContents;
}

function takeSnapshot(ctx: Context, runId: string, contents: BundleContents): Snapshot {
  const snapshot = readSnapshot(ctx, runId, contents);
  return { ...snapshot, opened: openStates(snapshot) };
}

/** A file that is missing is told when it is copied. */
function openStates({ chosen, detail }: Pick<Snapshot, 'chosen' | 'detail'>): Map<ArtifactRow, number> {
  const opened = new Map<ArtifactRow, number>();
  for (const artifact of chosen) {
    if (artifact.kind !== 'checkpoint' && artifact.kind !== 'milestone') continue;
    try {
      opened.set(artifact, openSync(artifactPath(detail.folder, artifact.file), 'r'));
    } catch {
      continue;
    }
  }
  return opened;
}

function readSnapshot(ctx: Context, runId: string, contents: BundleContents): Omit<Snapshot, 'opened'> {
  return ctx.store.read((db) => {
    const run = needLiveRun(ctx, runId);
    const artifacts = listArtifacts(db, run.pk);
    const detail: RunDetail = {
      ...summarizeRun(db, run),
      spec: specOf(run),
      folder: runFolder(ctx, run.id),
      weights: run.weights,
      weightsStep: run.weightsStep,
      metrics: readPoints(db, run.pk),
      evaluations: readEvaluations(db, run.pk),
      artifacts,
      environment: run.environment,
      events: readEvents(db, run.pk),
    };
    const parent = run.parentId === null ? null : parentOf(db, run.parentId);
    return {
      run,
      detail,
      evaluations: evaluationsOf(db, run.pk, detail.evaluations),
      chosen: choose(artifacts, contents),
      parent,
      contents,
    };
  });
}

function parentOf(db: Db, id: string): BundleRun['parent'] {
  return { id, name: getRun(db, id)?.name ?? null };
}

/** Evaluations with where they came from: training replaces only its own when a run is resumed. */
function evaluationsOf(db: Db, runPk: number, parsed: readonly Evaluation[]): Snapshot['evaluations'] {
  const rows = db
    .select({ source: evaluations.source, createdAt: evaluations.createdAt })
    .from(evaluations)
    .where(eq(evaluations.runPk, runPk))
    .orderBy(asc(evaluations.step), asc(evaluations.final), asc(evaluations.pk))
    .all();
  invariant(rows.length === parsed.length, 'evaluations: two readings of one snapshot differ');
  return parsed.map((evaluation, i) => ({ ...evaluation, ...rows[i]! }));
}

function choose(artifacts: readonly ArtifactRow[], { checkpoints, samples }: BundleContents): ArtifactRow[] {
  const newest = artifacts
    .filter((a) => a.kind === 'checkpoint')
    .reduce<ArtifactRow | null>((best, a) => (best && (best.step ?? -1) > (a.step ?? -1) ? best : a), null);
  return artifacts.filter((artifact) => {
    switch (artifact.kind) {
      case 'checkpoint':
        return checkpoints === 'all' || (checkpoints === 'last' && artifact === newest);
      case 'milestone':
      case 'representation':
        return checkpoints === 'all';
      case 'samples':
        return samples;
      default:
        return true;
    }
  });
}

/** Whether the files that were to go in are still what the history says there is. */
function stillRecorded(ctx: Context, { run, chosen }: Snapshot): boolean {
  const now = ctx.store.read((db) => listArtifacts(db, run.pk));
  return chosen.every((a) => now.some((b) => b.file === a.file && b.sha256 === a.sha256));
}

function itemsOf(snapshot: Snapshot): ZipItem[] {
  const { detail, chosen, opened } = snapshot;
  const items: ZipItem[] = [];
  const files: BundleFile[] = [];
  const add = (name: string, kind: 'document' | 'figure', content: string | Uint8Array): void => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    items.push({ path: name, content: bytes });
    const none = { step: null, weights: null, createdAt: null };
    files.push({ path: name, bytes: bytes.length, sha256: sha256(bytes), kind, ...none });
  };
  add(DOCUMENTS.spec, 'document', json(detail.spec));
  add(DOCUMENTS.metrics, 'document', encodeMetrics(detail.metrics));
  add(DOCUMENTS.evaluations, 'document', json(snapshot.evaluations));
  add(DOCUMENTS.events, 'document', json(detail.events));
  add(DOCUMENTS.environment, 'document', json(detail.environment));
  for (const [name, content] of bundleFigures(detail)) add(name, 'figure', content);
  for (const artifact of chosen) {
    const { file, bytes, sha256: hash, kind, step, weights, createdAt } = artifact;
    const name = ARTIFACTS + file;
    const unsafe = unsafePath(name);
    invariant(unsafe === null, `artifact file ${JSON.stringify(file)} cannot go into a bundle: ${unsafe}`);
    const fd = opened.get(artifact);
    const onDisk = {
      file: artifactPath(detail.folder, file),
      ...(fd === undefined ? {} : { fd }),
      bytes,
      sha256: hash,
    };
    const called = `${kind} file ${onDisk.file} of run ${detail.id} (${detail.name})`;
    items.push({ path: name, content: { ...onDisk, name: called } });
    files.push({ path: name, bytes, sha256: hash, kind, step, weights, createdAt });
  }
  // First in the file, so that its beginning tells what it is.
  return [{ path: MANIFEST, content: json(manifestOf(snapshot, files)) }, ...items];
}

function manifestOf({ run, detail, parent, contents }: Snapshot, files: BundleFile[]): Manifest {
  const { id, name, preset, tags, note, state, reason, seed, step, steps, engine, specHash } = detail;
  const { createdAt, startedAt, endedAt, weights, weightsStep } = detail;
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    clifford: packageVersion(),
    contents,
    run: {
      ...{ id, name, preset, tags, note, starred: run.starred, state, reason, seed, step, steps },
      ...{
        seconds: run.seconds,
        engine,
        createdAt,
        startedAt,
        endedAt,
        specHash,
        weights,
        weightsStep,
        parent,
      },
    },
    files,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
