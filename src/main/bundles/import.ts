import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { CliffordError, type ErrorData, invalid } from '../../core/base/errors.ts';
import { syncFolder } from '../../files/atomic.ts';
import { canonicalJson, sha256, specHash } from '../../files/hash.ts';
import { expectTensor, readSafetensors, type SafetensorsFile } from '../../files/safetensors.ts';
import { readBytes, withStorageErrors } from '../../files/storage-error.ts';
import type { AnalysisFile } from '../../shared/analysis.ts';
import { checkRun } from '../../shared/check-run.ts';
import type { ArtifactKind, MetricPoint } from '../../shared/records.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import { parseJson } from '../presets/json.ts';
import { parseWith } from '../presets/zod-sentence.ts';
import { parseAnalysis } from '../workbench/analyses.ts';
import type { Workbench } from '../workbench/api.ts';
import { runFolder, type Context } from '../workbench/context.ts';
import { describeSpec } from '../workbench/description.ts';
import { needWritable } from '../workbench/home.ts';
import { newRunId } from '../workbench/names.ts';
import { checkName } from '../workbench/run-changes.ts';
import { whereItResumes } from '../workbench/recovery.ts';
import { recordAnalysis } from '../workbench/store/analyses.ts';
import type { Db } from '../workbench/store/database.ts';
import { recordEvaluation } from '../workbench/store/evaluations.ts';
import { recordArtifact } from '../workbench/store/ledger.ts';
import { insertPoints } from '../workbench/store/metrics.ts';
import { addEvent, changeTags, getRun, insertRun } from '../workbench/store/runs.ts';
import { events, runs, type RunRow } from '../workbench/store/schema.ts';
import {
  ARTIFACTS,
  BundleEnvironment,
  BundleEvaluations,
  BundleEvents,
  type BundleFile,
  type BundleRun,
  DOCUMENTS,
} from './format.ts';
import { parseMetrics } from './metrics-csv.ts';
import { openBundle, type OpenBundle } from './read.ts';

type Imported = Awaited<ReturnType<Workbench['importBundle']>>;

/**
 * Takes a run out of a bundle into this home. Everything is unpacked beside the runs and verified first; then the
 * record and the folder come into being together. A refusal leaves nothing behind.
 *
 * A run that is here already (the same id, specification and weights) is left as it is, and `existed` says so; another
 * run with its id gets a new one. What was running is interrupted here.
 * @throws CliffordError INVALID_INPUT saying what is wrong with the file, NOT_FOUND, STORAGE, CANCELLED; CONFLICT when
 *   the run is here, but deleted
 */
export async function importBundle(
  ctx: Context,
  file: string,
  options: Parameters<Workbench['importBundle']>[1] = {},
): Promise<Imported> {
  const { onProgress, signal } = options;
  const source = path.basename(file);
  needWritable(ctx.home);
  const bundle = await openBundle(path.resolve(file), source, signal);
  try {
    const content = await readContent(bundle, source);
    return await withStaging(ctx, async (staging) => {
      await bundle.unpack(staging, onProgress);
      checkStates(staging, content, source);
      onProgress?.(1);
      return record(ctx, content, staging);
    });
  } finally {
    await bundle.close();
  }
}

/** The parsed documents of a bundle. */
interface Content {
  readonly run: BundleRun;
  readonly spec: RunSpec;
  readonly points: readonly MetricPoint[];
  readonly evaluations: z.output<typeof BundleEvaluations>;
  readonly events: z.output<typeof BundleEvents>;
  readonly environment: Record<string, string>;
  readonly artifacts: readonly BundleFile[];
}

async function readContent(bundle: OpenBundle, source: string): Promise<Content> {
  const { run, files } = bundle.manifest;
  const parsed = async (name: string) => parseJson(await bundle.document(name), `${source}, ${name}`);
  const spec = parseWith(RunSpec, await parsed(DOCUMENTS.spec), `${source}, ${DOCUMENTS.spec}`);
  checkRun(spec);
  const hash = specHash(spec);
  const same = (what: string, got: unknown, expected: unknown): void => {
    if (got === expected) return;
    throw invalid(`${source}: ${what} of the manifest is ${String(got)}, expected ${String(expected)}`);
  };
  same('the hash of the specification', run.specHash, hash);
  same('the seed', run.seed, spec.seed);
  same('the number of steps', run.steps, spec.training.steps);
  if (run.step > run.steps) throw invalid(`${source}: got step ${run.step} of ${run.steps}`);
  checkName('name', run.name);
  for (const tag of run.tags) checkName('tag', tag);
  const artifacts = files.filter((file) => file.path.startsWith(ARTIFACTS));
  const newest = newestCheckpoint(artifacts);
  if (newest !== null && run.state !== 'finished') {
    same('the step of the newest checkpoint', run.weightsStep, newest.step);
    same('the hash of the newest checkpoint', run.weights, newest.weights);
  }
  const list = async <S extends z.ZodType>(schema: S, name: string): Promise<z.output<S>> =>
    parseWith(schema, await parsed(name), `${source}, ${name}`);
  return {
    run,
    spec,
    points: parseMetrics(await bundle.document(DOCUMENTS.metrics), `${source}, ${DOCUMENTS.metrics}`),
    evaluations: await list(BundleEvaluations, DOCUMENTS.evaluations),
    events: await list(BundleEvents, DOCUMENTS.events),
    environment: await list(BundleEnvironment, DOCUMENTS.environment),
    artifacts,
  };
}

function newestCheckpoint(artifacts: readonly BundleFile[]): BundleFile | null {
  const checkpoints = artifacts.filter((file) => file.kind === 'checkpoint');
  return checkpoints.reduce<BundleFile | null>(
    (best, file) => (best && best.step! > file.step! ? best : file),
    null,
  );
}

/**
 * Checkpoints must be of this very specification and hold the weights that the manifest says: otherwise a resumed run
 * would end elsewhere than its history tells.
 */
function checkStates(folder: string, { run, artifacts }: Content, source: string): void {
  for (const { path: name, kind, weights } of artifacts) {
    if ((kind !== 'checkpoint' && kind !== 'milestone') || !name.endsWith('.safetensors')) continue;
    const bad = (what: string) => invalid(`${source} is no bundle that can be imported: ${name} ${what}`);
    let state: SafetensorsFile;
    try {
      state = readSafetensors(path.join(folder, name.slice(ARTIFACTS.length)));
    } catch (error) {
      if (error instanceof CliffordError && error.code === 'INVALID_INPUT') throw bad('is no checkpoint');
      throw error;
    }
    if (state.metadata['specHash'] !== run.specHash) throw bad('is a checkpoint of another run');
    const actual = sha256(expectTensor(state, 'parameters', 'F32'));
    if (actual !== weights) throw bad(`holds weights with sha256 ${actual}, expected ${weights}`);
  }
}

/** Unpacking happens beside the runs, so that the finished folder need only be renamed. */
async function withStaging<T>(ctx: Context, use: (folder: string) => Promise<T>): Promise<T> {
  sweepStagings(ctx.home.runs);
  const folder = path.join(ctx.home.runs, `${STAGING}${process.pid}-${counter++}`);
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  withStorageErrors('create the folder', folder, () => {
    remove(); // of an earlier process with our id
    mkdirSync(folder);
  });
  try {
    return await use(folder);
  } finally {
    withStorageErrors('clean up', folder, remove);
  }
}

const STAGING = '.import-';
let counter = 0;

/** What imports that were cut off left behind; none takes a day. */
function sweepStagings(runsFolder: string): void {
  for (const name of readdirSync(runsFolder)) {
    if (!name.startsWith(STAGING)) continue;
    const folder = path.join(runsFolder, name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 24 * 3600 * 1000) rmSync(folder, { recursive: true, force: true });
  }
}

/** The record and the folder come into being together, or not at all. */
function record(ctx: Context, content: Content, staging: string): Imported {
  const row = planRow(content);
  let moved: string | null = null;
  try {
    return ctx.store.write((db): Imported => {
      const same = findSame(db, row);
      if (same) {
        if (same.deletedAt === null) return { runId: same.id, name: same.name, existed: true };
        throw new CliffordError(
          'CONFLICT',
          `run ${same.id} (${same.name}) is here already, but deleted: \`clifford runs restore ${same.id}\` brings it back`,
        );
      }
      const id = freeId(ctx, db, content.run.id);
      const run = insertContent(ctx, db, { ...row, id }, content, staging);
      const folder = runFolder(ctx, id);
      withStorageErrors('write', folder, () => renameSync(staging, folder));
      moved = folder;
      withStorageErrors('write', folder, () => syncFolder(ctx.home.runs));
      return { runId: id, name: run.name, existed: false };
    });
  } catch (error) {
    if (moved !== null) rmSync(moved, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

type PlannedRow = Parameters<typeof insertRun>[1] & Pick<RunRow, 'state' | 'weights' | 'weightsStep'>;

/** The run as it will be recorded: what holds at its old home only is not taken over. */
function planRow({ run, spec, environment, artifacts }: Content): PlannedRow {
  const json = canonicalJson(spec);
  const { id, preset, specHash: hash, seed, step, steps, seconds, engine, note, starred } = run;
  const { createdAt, startedAt, endedAt, weights, weightsStep } = run;
  // Without a checkpoint there is nothing to go on from, and nothing that has these weights.
  const lost = run.state !== 'finished' && newestCheckpoint(artifacts) === null;
  const checkpoint = lost ? { weights: null, weightsStep: null } : { weights, weightsStep };
  const reason = run.state === 'running' ? interruption(run, checkpoint) : run.reason;
  return {
    ...{ id, preset, specHash: hash, seed, step, steps, seconds, engine, note, starred, environment },
    ...{ createdAt, startedAt, endedAt, ...checkpoint },
    name: checkName('name', run.name),
    spec: json,
    state: run.state === 'running' ? 'interrupted' : run.state,
    reasonCode: reason?.code ?? null,
    reasonMessage: reason?.message ?? null,
    parentId: run.parent?.id ?? null,
    ...describeSpec(json),
  };
}

function interruption({ step, steps }: BundleRun, checkpoint: Pick<RunRow, 'weightsStep'>): ErrorData {
  const message = `was running at step ${step} of ${steps} when its bundle was written; ${whereItResumes(checkpoint)}`;
  return { code: 'CANCELLED', message };
}

/**
 * The run itself, if it is here: by its id, or as an earlier import under a new id (created at the same millisecond,
 * with the same specification and weights).
 */
function findSame(db: Db, { id, createdAt, specHash: hash, weights }: PlannedRow): RunRow | undefined {
  const byId = getRun(db, id);
  if (byId && byId.specHash === hash && byId.weights === weights) return byId;
  if (weights === null) return undefined;
  return db
    .select()
    .from(runs)
    .where(and(eq(runs.createdAt, createdAt), eq(runs.specHash, hash), eq(runs.weights, weights)))
    .get();
}

/** The run's own id, unless another run or a folder without a record has it. */
function freeId(ctx: Context, db: Db, wanted: string): string {
  const taken = (id: string) => getRun(db, id) !== undefined || existsSync(runFolder(ctx, id));
  let id = wanted;
  while (taken(id)) id = newRunId(new Date(ctx.now()));
  return id;
}

/** Whoever follows a line of forks upwards must come to its end. */
function needNoCycle(db: Db, { id, parentId }: PlannedRow): void {
  for (let above = parentId ?? null; above !== null; above = getRun(db, above)?.parentId ?? null) {
    if (above === id)
      throw invalid(`run ${id} of the bundle descends from itself: expected a parent that does not`);
  }
}

/** An analysis in a format that this version knows; any other stays a file that nobody asks. */
function readAnalysis(file: string): AnalysisFile | null {
  return statSync(file).size > LARGEST_ANALYSIS ? null : parseAnalysis(readBytes(file));
}

const LARGEST_ANALYSIS = 256 * 2 ** 20;

function insertContent(ctx: Context, db: Db, planned: PlannedRow, content: Content, staging: string): RunRow {
  const { run, points, evaluations, artifacts } = content;
  needNoCycle(db, planned);
  const row = insertRun(db, planned);
  // `insertRun` begins a history; this run brings its own.
  db.delete(events).where(eq(events.runPk, row.pk)).run();
  for (const event of content.events)
    db.insert(events)
      .values({ runPk: row.pk, ...event })
      .run();
  const now = ctx.now();
  if (run.state === 'running') {
    addEvent(db, row, now, { code: row.reasonCode!, message: row.reasonMessage! });
  } else if (run.weightsStep !== null && row.weightsStep === null) {
    const message = `the bundle has no checkpoint of step ${run.weightsStep}: resume starts the run again`;
    addEvent(db, row, now, { message });
  }
  if (row.id !== run.id) {
    const message = `imported under the new id ${row.id}: the id ${run.id} of its bundle is taken in this home`;
    addEvent(db, row, now, { message });
  }
  changeTags(
    db,
    row.pk,
    run.tags.map((tag) => checkName('tag', tag)),
    [],
  );
  insertPoints(db, row.pk, points);
  for (const { source, createdAt, ...evaluation } of evaluations) {
    recordEvaluation(db, row.pk, evaluation, source, createdAt);
  }
  for (const { path: name, kind, step, bytes, sha256: hash, weights, createdAt } of artifacts) {
    const artifact = {
      kind: kind as ArtifactKind,
      file: name.slice(ARTIFACTS.length),
      step,
      bytes,
      sha256: hash,
    };
    const at = createdAt ?? run.createdAt;
    const analysis = kind === 'analysis' ? readAnalysis(path.join(staging, artifact.file)) : null;
    if (analysis) recordAnalysis(db, row.pk, artifact, analysis, null, at);
    else recordArtifact(db, row.pk, artifact, at, weights);
  }
  return row;
}
