import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { CliffordError, invalid, type ErrorData } from '../../core/base/errors.ts';
import { ensureFolder, writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { readBytes } from '../../files/storage-error.ts';
import type { EngineEvent, EngineRequest } from '../../shared/engine-protocol.ts';
import type { Artifact, Evaluation } from '../../shared/records.ts';
import type { ExportOptions, JobOptions, SampleOptions } from './api.ts';
import { needWhole, whatIsWrong } from './artifact-files.ts';
import { needLiveRun, runFolder, specOf, type Context } from './context.ts';
import { readEvaluations, recordEvaluation } from './store/evaluations.ts';
import { newestArtifacts, recordArtifact } from './store/ledger.ts';
import type { ArtifactRow, RunRow } from './store/schema.ts';
import { startEngine } from './supervisor.ts';
import { tell } from './training.ts';

/** Jobs that read a run's files in an engine process of their own. They need no lock: another process may train. */

export async function evaluate(ctx: Context, runId: string, options: JobOptions): Promise<Evaluation> {
  const run = needLiveRun(ctx, runId);
  const model = needModel(ctx, run);
  needWhole(ctx, run, model);
  const folder = runFolder(ctx, run.id);
  const found: Evaluation[] = [];
  const request: EngineRequest = {
    type: 'evaluate',
    runId: run.id,
    folder,
    spec: specOf(run),
    modelFile: model.file,
    step: model.step ?? run.step,
    weights: weightsOf(ctx, run, model),
    threads: options.threads ?? null,
    outDir: `evaluations/${ctx.now().replaceAll(/[-:]|\.\d+/g, '')}`,
  };
  await runJob(ctx, run, request, options, (event) => {
    if (event.type === 'evaluation') {
      found.push(event.evaluation);
      ctx.store.write((db) => recordEvaluation(db, run.pk, event.evaluation, 'request', ctx.now()));
    } else if (event.type === 'artifact') {
      const wrong = whatIsWrong(folder, event.artifact);
      if (wrong)
        throw new CliffordError(
          'STORAGE',
          `the engine reported ${event.artifact.file}, but the file ${wrong}`,
        );
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
): Promise<{ files: string[] }> {
  const run = needLiveRun(ctx, runId);
  const modelFile = needWhole(ctx, run, needModel(ctx, run));
  const outDir = resolve(options.out);
  needOutside(ctx, outDir);
  ensureFolder(outDir);
  const { labels, count, sampler, seed } = options;
  const threads = options.threads ?? null;
  const files: string[] = [];
  const request: EngineRequest = { type: 'sample', modelFile, labels, count, sampler, seed, threads, outDir };
  await runJob(ctx, run, request, options, (event) => {
    if (event.type !== 'artifact') return;
    const { file } = event.artifact;
    files.push(isAbsolute(file) ? file : join(outDir, file));
  });
  return { files };
}

/** The file of the returned artifact is the absolute path of the copy. */
export async function exportModel(ctx: Context, runId: string, options: ExportOptions): Promise<Artifact> {
  const run = needLiveRun(ctx, runId);
  const out = resolve(options.out);
  needOutside(ctx, out);
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw invalid(`${out} is a folder; expected the name of an .onnx file`);
  }
  if (!statSync(dirname(out), { throwIfNoEntry: false })?.isDirectory()) {
    throw invalid(`${dirname(out)} is no folder; expected the file's folder to exist`);
  }
  const { tap, step } = options;
  const models = ctx.store.read((db) => newestArtifacts(db, run.pk, ['model']));
  const ready = tap === undefined && models.find((m) => step === undefined || m.step === step);
  if (ready) return copyModel(ctx, run, ready, out);
  if (tap === undefined && step === undefined) needModel(ctx, run);
  return buildModel(ctx, run, out, options);
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

async function buildModel(ctx: Context, run: RunRow, out: string, options: ExportOptions): Promise<Artifact> {
  const { tap, step } = options;
  const kept = ctx.store.read((db) => newestArtifacts(db, run.pk, ['checkpoint', 'milestone']));
  const state = kept.find((c) => step === undefined || c.step === step);
  if (!state) {
    const steps = [...new Set(kept.map((c) => c.step))].reverse();
    throw new CliffordError(
      'NOT_FOUND',
      `run ${run.id} (${run.name}) keeps no checkpoint of step ${step ?? run.step}; it has ` +
        (steps.length > 0 ? `those of steps ${steps.join(', ')}` : 'none yet'),
    );
  }
  needWhole(ctx, run, state);
  const built: Artifact[] = [];
  const request: EngineRequest = {
    type: 'export',
    runId: run.id,
    folder: runFolder(ctx, run.id),
    spec: specOf(run),
    checkpointFile: state.file,
    weights: 'auto',
    outFile: out,
    tap: tap ?? null,
  };
  await runJob(ctx, run, request, options, (event) => {
    if (event.type === 'artifact') built.push(event.artifact);
  });
  const artifact = built.at(-1);
  if (!artifact) throw new CliffordError('INTERNAL', `the engine finished without exporting run ${run.id}`);
  return { ...artifact, file: out };
}

async function runJob(
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
    logFile: join(folder, 'engine.log'),
    request,
    onEvent(event) {
      onEvent(event);
      tell(options.onEvent, event);
    },
  });
  if (options.signal?.aborted) engine.kill();
  options.signal?.addEventListener('abort', engine.kill);
  const end = await engine.done;
  options.signal?.removeEventListener('abort', engine.kill);
  if (end.killed)
    throw new CliffordError('CANCELLED', `the ${request.type} job of run ${run.id} was cancelled`);
  if (end.outcome === 'finished') return;
  const error: ErrorData = end.error ?? { code: 'CANCELLED', message: `the ${request.type} job was stopped` };
  throw new CliffordError(error.code, error.message);
}

function needModel(ctx: Context, run: RunRow): ArtifactRow {
  const [newest] = ctx.store.read((db) => newestArtifacts(db, run.pk, ['model']));
  if (newest) return newest;
  throw new CliffordError(
    'NOT_FOUND',
    `run ${run.id} (${run.name}) has no exported model: it is ${run.state} at step ${run.step} of ${run.steps}; ` +
      `expected a run that has exported one`,
  );
}

/** Whether the exported model holds raw or averaged weights: as its own evaluation says, else by the spec's rule. */
function weightsOf(ctx: Context, run: RunRow, model: ArtifactRow): 'raw' | 'ema' {
  const own = ctx.store.read((db) => readEvaluations(db, run.pk)).findLast((e) => e.step === model.step);
  return own?.weights ?? ((model.step ?? run.step) > specOf(run).training.ema.startStep ? 'ema' : 'raw');
}

/** What is stored must not be overwritten by what is handed out. */
function needOutside(ctx: Context, out: string): void {
  const { runs, database, lock } = ctx.home;
  const stored =
    out === runs || out.startsWith(runs + sep) || out.startsWith(database) || out.startsWith(lock);
  if (stored) throw invalid(`${out} belongs to the run history; expected a place outside of it`);
}
