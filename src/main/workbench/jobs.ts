import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { CliffordError, invalid, type ErrorData } from '../../core/base/errors.ts';
import { ensureFolder, writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { readBytes } from '../../files/storage-error.ts';
import type { EngineEvent, EngineRequest } from '../../shared/engine-protocol.ts';
import type { Artifact, Evaluation } from '../../shared/records.ts';
import type { ExportOptions, JobOptions, SampleOptions } from './api.ts';
import { artifactPath, needReported, needWhole, whatIsWrong } from './artifact-files.ts';
import { needLiveRun, runFolder, specOf, type Context } from './context.ts';
import { needWritable } from './home.ts';
import { needOutside } from './outside.ts';
import { recordEvaluation } from './store/evaluations.ts';
import { newestArtifacts, recordArtifact } from './store/ledger.ts';
import type { ArtifactRow, RunRow } from './store/schema.ts';
import { startEngine } from './supervisor.ts';
import { tell } from './training.ts';

/** Jobs that read a run's files in an engine process of their own. They need no lock: another process may train. */

export async function evaluate(ctx: Context, runId: string, options: JobOptions): Promise<Evaluation> {
  const run = needLiveRun(ctx, runId);
  needWritable(ctx.home);
  const model = await needModel(ctx, run, options);
  const folder = runFolder(ctx, run.id);
  const found: Evaluation[] = [];
  const request: EngineRequest = {
    type: 'evaluate',
    runId: run.id,
    folder,
    spec: specOf(run),
    modelFile: model.file,
    threads: options.threads ?? null,
    outDir: `evaluations/${ctx.now().replaceAll(/[-:]|\.\d+/g, '')}`,
  };
  await runJob(ctx, run, request, options, (event) => {
    if (event.type === 'evaluation') {
      found.push(event.evaluation);
      ctx.store.write((db) => recordEvaluation(db, run.pk, event.evaluation, 'request', ctx.now()));
    } else if (event.type === 'artifact') {
      needReported(folder, event.artifact);
      ctx.store.write((db) => recordArtifact(db, run.pk, event.artifact, ctx.now(), null));
    }
  });
  const last = found.at(-1);
  if (!last)
    throw new CliffordError('INTERNAL', `the engine finished without an evaluation of run ${run.id}`);
  return last;
}

export async function sample(
  ctx: Context,
  runId: string,
  options: SampleOptions,
): Promise<{ files: string[]; step: number | null }> {
  const run = needLiveRun(ctx, runId);
  const outDir = resolve(options.out);
  needOutside(ctx.home, outDir);
  needWritable(ctx.home);
  const { labels, count, sampler, seed, step } = options;
  const model =
    step === undefined ? await needModel(ctx, run, options) : await modelOfStep(ctx, run, step, options);
  ensureFolder(outDir);
  const files: string[] = [];
  const request: EngineRequest = {
    type: 'sample',
    modelFile: artifactPath(runFolder(ctx, run.id), model.file),
    labels,
    count,
    sampler,
    seed,
    threads: options.threads ?? null,
    trajectory: options.trajectory ?? false,
    outDir,
  };
  await runJob(ctx, run, request, options, (event) => {
    if (event.type !== 'artifact') return;
    const { file } = event.artifact;
    files.push(isAbsolute(file) ? file : join(outDir, file));
  });
  return { files, step: model.step };
}

/** The file of the returned artifact is the absolute path of the copy. */
export async function exportModel(ctx: Context, runId: string, options: ExportOptions): Promise<Artifact> {
  const run = needLiveRun(ctx, runId);
  const out = resolve(options.out);
  needOutside(ctx.home, out);
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw invalid(`${out} is a folder; expected the name of an .onnx file`);
  }
  if (!statSync(dirname(out), { throwIfNoEntry: false })?.isDirectory()) {
    throw invalid(`${dirname(out)} is no folder; expected the file's folder to exist`);
  }
  const { tap, step } = options;
  if (tap === undefined) {
    const ready =
      step === undefined
        ? await needModel(ctx, run, options)
        : firstWhole(ctx, run, modelsOf(ctx, run).filter(isOf(step)));
    if (ready) return copyModel(ctx, run, ready, out);
  }
  const state = step === undefined ? newestState(ctx, run) : stateOf(ctx, run, step);
  return { ...(await buildModel(ctx, run, state, out, options)), file: out };
}

/** What is written is what was verified: the bytes are read once. */
function copyModel(ctx: Context, run: RunRow, model: ArtifactRow, out: string): Artifact {
  const path = needWhole(ctx, run, model);
  const bytes = readBytes(path);
  const hash = sha256(bytes);
  if (hash !== model.sha256) {
    throw new CliffordError('STORAGE', `model file ${path} has sha256 ${hash}, expected ${model.sha256}`);
  }
  const written = writeFileAtomic(out, bytes);
  return { kind: model.kind, file: out, step: model.step, ...written };
}

/** Writes a state's model to a file, which the returned artifact names as the engine did. */
async function buildModel(
  ctx: Context,
  run: RunRow,
  state: ArtifactRow,
  outFile: string,
  options: JobOptions & Pick<ExportOptions, 'tap'>,
): Promise<Artifact> {
  const built: Artifact[] = [];
  needWritable(ctx.home);
  const request: EngineRequest = {
    type: 'export',
    runId: run.id,
    folder: runFolder(ctx, run.id),
    spec: specOf(run),
    checkpointFile: state.file,
    weights: 'auto',
    outFile,
    tap: options.tap ?? null,
  };
  await runJob(ctx, run, request, options, (event) => {
    if (event.type === 'artifact') built.push(event.artifact);
  });
  const artifact = built.at(-1);
  if (!artifact) throw new CliffordError('INTERNAL', `the engine finished without exporting run ${run.id}`);
  return artifact;
}

/** Runs one engine process to its end. @throws CliffordError its error, or CANCELLED when it was ended */
export async function runJob(
  ctx: Context,
  run: RunRow,
  request: EngineRequest,
  options: JobOptions,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  const folder = runFolder(ctx, run.id);
  ensureFolder(folder);
  const engine = startEngine({
    entry: ctx.engineEntry,
    spawn: ctx.spawnEngine,
    logFile: join(folder, 'engine.log'),
    request,
    onEvent(event) {
      onEvent(event);
      tell(options.onEvent, event);
    },
  });
  // A workbench that closes has nobody left to give the result to.
  const ends = AbortSignal.any([ctx.hub.closed, ...(options.signal ? [options.signal] : [])]);
  if (ends.aborted) engine.kill();
  ends.addEventListener('abort', engine.kill);
  const end = await engine.done;
  ends.removeEventListener('abort', engine.kill);
  if (end.killed)
    throw new CliffordError('CANCELLED', `the ${request.type} job of run ${run.id} was cancelled`);
  if (end.outcome === 'finished') return;
  const error: ErrorData = end.error ?? { code: 'CANCELLED', message: `the ${request.type} job was stopped` };
  throw new CliffordError(error.code, error.message);
}

/**
 * The model to use, whose file is whole: what a finished run exported; of any other run, or if that file is damaged,
 * the model of its newest whole state, exported into the run's folder if it was not yet.
 * @throws CliffordError NOT_FOUND when there is nothing to export, STORAGE when nothing is whole
 */
async function needModel(ctx: Context, run: RunRow, options: JobOptions): Promise<ArtifactRow> {
  const models = modelsOf(ctx, run);
  const folder = runFolder(ctx, run.id);
  let where = `run ${run.id} (${run.name}) is ${run.state} at step ${run.step} of ${run.steps}`;
  let whose = 'its newest checkpoint';
  if (run.state === 'finished' && models[0]) {
    // An earlier step's model, lent while it was not finished, does not stand in unsaid.
    const own = firstWhole(ctx, run, models.filter(isOf(models[0].step)));
    if (own) return own;
    const { file } = models[0];
    where = `model file ${file} of run ${run.id} (${run.name}) ${whatIsWrong(folder, models[0])}`;
    whose = 'exported again from its newest whole checkpoint';
  }
  const state = newestState(ctx, run);
  options.onNotice?.(`${where}: using the model of step ${state.step}, ${whose}`);
  return firstWhole(ctx, run, models.filter(isOf(state.step))) ?? (await keepModel(ctx, run, state, options));
}

/**
 * The model of a kept checkpoint or milestone, exported into the run's folder if it was not yet.
 * @throws CliffordError NOT_FOUND when none of that step is kept, STORAGE when it is damaged
 */
async function modelOfStep(
  ctx: Context,
  run: RunRow,
  step: number,
  options: JobOptions,
): Promise<ArtifactRow> {
  const ready = firstWhole(ctx, run, modelsOf(ctx, run).filter(isOf(step)));
  return ready ?? (await keepModel(ctx, run, stateOf(ctx, run, step), options));
}

/** Exports a state's model into the run's folder and records it. */
async function keepModel(
  ctx: Context,
  run: RunRow,
  state: ArtifactRow,
  options: JobOptions,
): Promise<ArtifactRow> {
  const folder = runFolder(ctx, run.id);
  const file = `model-step-${String(state.step).padStart(8, '0')}.onnx`;
  const built = await buildModel(ctx, run, state, join(folder, file), options);
  const artifact: Artifact = { ...built, file };
  needReported(folder, artifact);
  ctx.store.write((db) => recordArtifact(db, run.pk, artifact, ctx.now(), null));
  return modelsOf(ctx, run).find((m) => m.file === file)!;
}

/** Exported models, the latest step first. */
function modelsOf(ctx: Context, run: RunRow): ArtifactRow[] {
  return ctx.store.read((db) => newestArtifacts(db, run.pk, ['model']));
}

function firstWhole(ctx: Context, run: RunRow, artifacts: readonly ArtifactRow[]): ArtifactRow | undefined {
  const folder = runFolder(ctx, run.id);
  return artifacts.find((artifact) => whatIsWrong(folder, artifact) === null);
}

const isOf =
  (step: number | null) =>
  (artifact: ArtifactRow): boolean =>
    artifact.step === step;

/** Checkpoints and milestones, the latest step first. */
export function statesOf(ctx: Context, run: RunRow): ArtifactRow[] {
  return ctx.store.read((db) => newestArtifacts(db, run.pk, ['checkpoint', 'milestone']));
}

/** The newest one whose file is whole. @throws CliffordError NOT_FOUND when there is none, STORAGE when none is whole */
export function newestState(ctx: Context, run: RunRow): ArtifactRow {
  const wrongs: string[] = [];
  for (const state of statesOf(ctx, run)) {
    const wrong = whatIsWrong(runFolder(ctx, run.id), state);
    if (wrong === null) return state;
    wrongs.push(`${state.file} ${wrong}`);
  }
  if (wrongs.length > 0) {
    throw new CliffordError(
      'STORAGE',
      `run ${run.id} (${run.name}) has no whole checkpoint to take weights from: ${wrongs.join('; ')}`,
    );
  }
  throw new CliffordError(
    'NOT_FOUND',
    `run ${run.id} (${run.name}) has no exported model: it is ${run.state} at step ${run.step} of ${run.steps}; ` +
      `expected a run that has written a checkpoint at least`,
  );
}

/** The whole one of a step. @throws CliffordError NOT_FOUND naming the steps that there are, STORAGE when it is damaged */
export function stateOf(ctx: Context, run: RunRow, step: number): ArtifactRow {
  const kept = statesOf(ctx, run);
  const ofStep = kept.filter(isOf(step));
  const state = firstWhole(ctx, run, ofStep) ?? ofStep[0];
  if (!state) {
    const steps = [...new Set(kept.map((c) => c.step))].reverse();
    throw new CliffordError(
      'NOT_FOUND',
      `run ${run.id} (${run.name}) keeps no checkpoint of step ${step}; it has ` +
        (steps.length > 0 ? `those of steps ${steps.join(', ')}` : 'none yet'),
    );
  }
  needWhole(ctx, run, state);
  return state;
}
