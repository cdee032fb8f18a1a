import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CliffordError } from '../../core/base/errors.ts';
import { tapShapes } from '../../core/diffusion/graphs.ts';
import { sweepTemporaries } from '../../files/atomic.ts';
import { canonicalJson, specHash } from '../../files/hash.ts';
import { readBytes } from '../../files/storage-error.ts';
import { AnalysisFile, AnalysisRequest, RepresentationSpec } from '../../shared/analysis.ts';
import { designDenoiser } from '../../shared/check-run.ts';
import type { AnalysisOptions, AnalysisSummary } from '../../shared/contract/analysis.ts';
import type { EngineRequest } from '../../shared/engine-protocol.ts';
import { checkReading, decideWeights, defaultReading } from '../../shared/representation.ts';
import { parseWith } from '../presets/zod-sentence.ts';
import type { AnalyzeOptions, Workbench } from './api.ts';
import { artifactPath, needReported, whatIsWrong, wrongSize } from './artifact-files.ts';
import { needLiveRun, needRun, runFolder, specOf, type Context } from './context.ts';
import { needWritable } from './home.ts';
import { newestState, runJob, stateOf, statesOf } from './jobs.ts';
import * as store from './store/analyses.ts';
import { recordArtifact } from './store/ledger.ts';
import { getRun } from './store/runs.ts';
import type { ArtifactRow, RunRow } from './store/schema.ts';
import type { Turn } from './turns.ts';

/** Raised when equal questions get other answers than before: what is stored is then computed again. */
const METHOD = 1;

/** The run's steps, taps and defaults. */
export function analysisOptions(ctx: Context, runId: string): AnalysisOptions {
  const run = needRun(ctx, runId);
  const spec = specOf(run);
  const steps = new Set(statesOf(ctx, run).map((state) => state.step!));
  return {
    steps: [...steps].sort((a, b) => a - b),
    taps: [...tapShapes(designDenoiser(spec))].map(([name, shape]) => ({ name, shape })),
    timesteps: spec.diffusion.timesteps,
    defaults: defaultReading(spec),
  };
}

export function listAnalyses(ctx: Context, runId: string): AnalysisSummary[] {
  const run = needRun(ctx, runId);
  return ctx.store.read((db) => store.listAnalyses(db, run.pk));
}

/** What is asked, and the files that hold the answer: equal questions meet in equal names, whoever asks them when. */
interface Question {
  readonly asked: Asked;
  readonly state: ArtifactRow | null;
  readonly representationFile: string;
  readonly analysisFile: string;
}
type Asked = Pick<AnalysisFile, 'step' | 'weights' | 'representation' | 'request'>;
type Answer = Awaited<ReturnType<Workbench['analyze']>>;

/** See `Workbench.analyze`. */
export async function analyze(ctx: Context, runId: string, options: AnalyzeOptions): Promise<Answer> {
  const run = needLiveRun(ctx, runId);
  const question = questionOf(ctx, run, options);
  const known = storedAnswer(ctx, run, question, options);
  if (known) return known;
  needWritable(ctx.home);
  const ends = AbortSignal.any([ctx.hub.closed, ...(options.signal ? [options.signal] : [])]);
  const { answers, engines } = ctx.analysisTurns;
  // Whoever asks the same waits for its answer; whoever asks something else of a representation, until that is read.
  const answer = await answers.take(`${run.id}/${question.analysisFile}`, ends);
  try {
    const meanwhile = storedAnswer(ctx, run, question, options, false);
    if (meanwhile) return meanwhile;
    const turn = await engines.take(`${run.id}/${question.representationFile}`, ends);
    try {
      // Meanwhile the run may have been removed, or have gone on and rotated away the newest weights of then.
      const { onNotice: _, ...quietly } = options;
      const now = questionOf(ctx, needLiveRun(ctx, runId), quietly);
      if (now.analysisFile === question.analysisFile) return await compute(ctx, run, question, options, turn);
    } finally {
      turn.end();
    }
  } finally {
    answer.end();
  }
  return analyze(ctx, runId, options);
}

function questionOf(ctx: Context, run: RunRow, options: AnalyzeOptions): Question {
  const spec = specOf(run);
  const request = parseWith(AnalysisRequest, options.request, 'request');
  const wanted = parseWith(RepresentationSpec, options.representation, 'representation');
  checkReading(spec, wanted);
  const state = wanted.network === 'untrained' ? null : stateFor(ctx, run, options);
  const step = state?.step ?? 0;
  const weights = state?.weights ?? null;
  const representation = { ...wanted, weights: decideWeights(spec, wanted, step) };
  const reading = { method: METHOD, spec: run.specHash, step, weights, representation };
  return {
    asked: { step, weights, representation, request },
    state,
    representationFile: `representations/${nameOf(reading)}.safetensors`,
    analysisFile: `analyses/${nameOf({ ...reading, request })}.json`,
  };
}

async function compute(
  ctx: Context,
  run: RunRow,
  { asked, state, representationFile, analysisFile }: Question,
  options: AnalyzeOptions,
  turn: Turn,
): Promise<Answer> {
  const folder = runFolder(ctx, run.id);
  const read = ctx.store.read((db) => store.findArtifact(db, run.pk, representationFile));
  if (read) turn.giveKey();
  const { step, weights, representation, request } = asked;
  const job: EngineRequest = {
    type: 'analyze',
    runId: run.id,
    folder,
    spec: specOf(run),
    checkpoint: state && { file: state.file, sha256: state.sha256 },
    step,
    weights,
    representation,
    request,
    representationFile,
    representationSha256: read?.sha256 ?? null,
    analysisFile,
    threads: options.threads ?? null,
  };
  const started = performance.now();
  try {
    await runJob(ctx, run, job, options, (event) => {
      if (event.type === 'notice') options.onNotice?.(event.sentence);
      if (event.type !== 'artifact') return;
      const { artifact } = event;
      needRun(ctx, run.id);
      needReported(folder, artifact);
      if (artifact.kind === 'analysis') {
        const seconds = (performance.now() - started) / 1000;
        ctx.store.write((db) => store.recordAnalysis(db, run.pk, artifact, asked, seconds, ctx.now()));
      } else {
        ctx.store.write((db) => recordArtifact(db, run.pk, artifact, ctx.now(), null));
        turn.giveKey();
      }
    });
  } catch (error) {
    removeIfPurged(ctx, run.id);
    throw error;
  } finally {
    // An engine that was ended in the middle, now or earlier, leaves what it was writing.
    for (const name of ['representations', 'analyses']) sweepTemporaries(join(folder, name), Date.now());
  }
  const made = ctx.store.read((db) => store.findArtifact(db, run.pk, analysisFile));
  if (!made) throw new CliffordError('INTERNAL', `the engine finished without an analysis of run ${run.id}`);
  const content = recall(ctx, run, made, asked);
  if (typeof content === 'string') {
    throw new CliffordError('STORAGE', `analysis file ${analysisFile} of run ${run.id} ${content}`);
  }
  return answerWith(ctx, run, made, content, false, options);
}

/**
 * A run that was purged while its representation was read has no folder any more, and is not to get one again.
 * @throws CliffordError NOT_FOUND for such a run: what the engine says of its files is not the reason
 */
function removeIfPurged(ctx: Context, runId: string): void {
  if (ctx.hub.closed.aborted || ctx.store.read((db) => getRun(db, runId))) return;
  rmSync(runFolder(ctx, runId), { recursive: true, force: true });
  needRun(ctx, runId);
}

/** The answer if it is stored and whole; what is wrong with it is told. */
function storedAnswer(
  ctx: Context,
  run: RunRow,
  { asked, analysisFile }: Question,
  options: Pick<AnalyzeOptions, 'onNotice'>,
  tellDamage = true,
): Answer | null {
  const known = ctx.store.read((db) => store.findArtifact(db, run.pk, analysisFile));
  if (!known) return null;
  const found = recall(ctx, run, known, asked);
  if (typeof found !== 'string') return answerWith(ctx, run, known, found, true, options);
  if (tellDamage) options.onNotice?.(`analysis file ${analysisFile} ${found}: computed again`);
  return null;
}

function answerWith(
  ctx: Context,
  run: RunRow,
  artifact: ArtifactRow,
  file: AnalysisFile,
  stored: boolean,
  { onNotice }: Pick<AnalyzeOptions, 'onNotice'>,
): Answer {
  for (const sentence of file.notices) onNotice?.(sentence);
  const { format: _, weights: __, timestep: ___, notices: ____, ...content } = file;
  const seconds = ctx.store.read((db) => store.analysisSeconds(db, artifact.pk));
  return { record: { runId: run.id, ...content, seconds }, stored };
}

/**
 * The checkpoint or milestone to read; without a step the newest. Of equal weights the smaller file. Its content is
 * checked by the engine, and only if it has to be read: that may be hundreds of megabytes.
 */
function stateFor(ctx: Context, run: RunRow, { step, onNotice }: AnalyzeOptions): ArtifactRow {
  const folder = runFolder(ctx, run.id);
  const there = statesOf(ctx, run).filter((s) => (step === null || s.step === step) && !wrongSize(folder, s));
  const newest = there.filter((s) => s.step === there[0]!.step).sort((a, b) => a.bytes - b.bytes)[0];
  const state = newest ?? (step === null ? newestState(ctx, run) : stateOf(ctx, run, step));
  if (step === null && (run.state !== 'finished' || state.step !== run.steps)) {
    onNotice?.(
      `run ${run.id} (${run.name}) is ${run.state} at step ${run.step} of ${run.steps}: using the weights of step ${state.step}`,
    );
  }
  return state;
}

function nameOf(question: unknown): string {
  return specHash(question).slice(0, 32);
}

/** The content of a recorded analysis, or what is wrong with its file. */
function recall(ctx: Context, run: RunRow, artifact: ArtifactRow, asked: Asked): AnalysisFile | string {
  const folder = runFolder(ctx, run.id);
  const wrong = whatIsWrong(folder, artifact);
  if (wrong !== null) return wrong;
  const content = parseAnalysis(readBytes(artifactPath(folder, artifact.file)));
  if (!content) return 'is of a format that this version does not know';
  // It may have come in a bundle, whose names anybody may have chosen.
  const { step, weights, representation, request } = content;
  const same = canonicalJson({ step, weights, representation, request }) === canonicalJson(asked);
  return same ? content : 'answers another question than its name says';
}

/** Null if the bytes are no analysis of this version's format. */
export function parseAnalysis(bytes: Uint8Array): AnalysisFile | null {
  try {
    return AnalysisFile.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}
